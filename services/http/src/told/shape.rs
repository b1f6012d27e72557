//! The schema of a request's type, to be walked beside a value.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

/// Where references point to.
const COMPONENTS: &str = "#/components/schemas/";
/// The deepest chain of references; none of ours has more than two.
const REFERENCES_MAX: usize = 8;

/// A schema with what it refers to.
#[derive(Debug)]
pub(crate) struct Shape {
    root: Value,
    named: BTreeMap<String, Value>,
    query: bool,
}

impl Shape {
    /// That of a body.
    pub(crate) fn of_body<T: ToSchema>() -> Self {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        let json = |schema| serde_json::to_value(schema).unwrap_or_default();
        let named = schemas.into_iter().map(|(name, schema)| (name, json(schema))).collect();
        Self { root: json(T::schema()), named, query: false }
    }

    /// That of the parameters of a query, each of which is written as text.
    pub(crate) fn of_query<T: IntoParams>() -> Self {
        let (mut properties, mut required) = (serde_json::Map::new(), Vec::new());
        for parameter in T::into_params(|| None) {
            let parameter = serde_json::to_value(parameter).unwrap_or_default();
            let Some(name) = text_of(&parameter, "name").map(str::to_owned) else { continue };
            let mut schema = parameter.get("schema").cloned().unwrap_or_default();
            // What a parameter is for stands beside its schema.
            if let (Some(schema), Some(said)) = (schema.as_object_mut(), parameter.get("description")) {
                schema.entry("description").or_insert_with(|| said.clone());
            }
            if parameter.get("required") == Some(&Value::Bool(true)) {
                required.push(name.clone());
            }
            properties.insert(name, schema);
        }
        let root = json!({"type": "object", "properties": properties, "required": required});
        Self { root, named: BTreeMap::new(), query: true }
    }

    pub(super) const fn root(&self) -> &Value {
        &self.root
    }

    /// Whether values are texts, as the parameters of a query.
    pub(super) const fn is_query(&self) -> bool {
        self.query
    }

    /// The schema itself, behind references and the choice to say nothing.
    pub(super) fn form<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut form = schema;
        for _ in 0..REFERENCES_MAX {
            let named = text_of(form, "$ref").and_then(|name| self.named.get(name.strip_prefix(COMPONENTS)?));
            let only = || match form
                .get("oneOf")?
                .as_array()?
                .iter()
                .filter(|one| !is_null(one))
                .collect::<Vec<_>>()[..]
            {
                [one] => Some(one),
                _ => None,
            };
            let Some(next) = named.or_else(only) else { break };
            form = next;
        }
        form
    }

    /// Whether `null` stands for saying nothing.
    pub(super) fn takes_null(&self, schema: &Value) -> bool {
        let among = schema.get("oneOf").and_then(Value::as_array).is_some_and(|all| all.iter().any(is_null));
        let listed = |schema: &Value| {
            schema
                .get("type")
                .and_then(Value::as_array)
                .is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
        };
        among || listed(schema) || listed(self.form(schema))
    }

    /// The forms that a value may have, if there are several.
    pub(super) fn variants<'a>(&'a self, form: &'a Value) -> Option<Vec<&'a Value>> {
        let all = form.get("oneOf")?.as_array()?.iter().filter(|one| !is_null(one));
        Some(all.map(|one| self.form(one)).collect())
    }

    /// The field whose word tells the forms apart.
    pub(super) fn tag<'a>(&self, variants: &[&'a Value]) -> Option<&'a str> {
        let fields = variants.first()?.get("properties")?.as_object()?;
        let tells = |field: &&String| variants.iter().all(|variant| self.tagged(variant, field).is_some());
        fields.keys().find(tells).map(String::as_str)
    }

    /// The word that this form has in that field.
    pub(super) fn tagged<'a>(&self, variant: &'a Value, tag: &str) -> Option<&'a str> {
        match variant.get("properties")?.get(tag)?.get("enum")?.as_array()?.as_slice() {
            [word] => word.as_str(),
            _ => None,
        }
    }

    /// The schema of a field of this value.
    pub(super) fn property<'a>(&'a self, schema: &'a Value, value: &Value, field: &str) -> Option<&'a Value> {
        let form = self.form(schema);
        let form = match self.variants(form) {
            None => form,
            Some(variants) => {
                let tag = self.tag(&variants)?;
                let word = text_of(value, tag);
                variants.into_iter().find(|variant| self.tagged(variant, tag) == word)?
            }
        };
        form.get("properties")?.get(field)
    }

    /// The schema of the items of a list.
    pub(super) fn items<'a>(&'a self, schema: &'a Value) -> Option<&'a Value> {
        self.form(schema).get("items")
    }
}

fn is_null(schema: &Value) -> bool {
    text_of(schema, "type") == Some("null")
}

/// The text in a field.
pub(super) fn text_of<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

/// What types a value may have.
pub(super) fn kinds(form: &Value) -> Vec<&str> {
    match form.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect()
        }
        _ => Vec::new(),
    }
}
