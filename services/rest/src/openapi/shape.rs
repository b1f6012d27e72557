//! Schemas as generators of clients and of requests read them.
//!
//! - Nothing in an answer is ever `null`: what is unstated is left out. A request may say `null` for it.
//! - What a request says and its route does not know is refused, also in the parts of a request.
//! - A choice that is told with fields of its own beside it is a choice of objects that have them: many generators read
//!   no choice inside an `allOf`.
//! - A body of a POST in which everything may be left out may be left out itself.
//! - What has a name is referred to by it, also inside of a page or a publication: it is one type to who generates a client.

use std::collections::BTreeSet;

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{
    AdditionalProperties, AllOf, ArrayItems, OneOfBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::{OpenApi, Ref, RefOr, Required};

/// Where references point to.
const COMPONENTS: &str = "#/components/schemas/";

/// Puts all schemas of the document into this form.
pub(super) fn complete(api: &mut OpenApi) {
    spread_choices(api);
    refer(api);
    optional_bodies(api);
    let asked = asked(api);
    for operation in operations(api) {
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(parameter) = parameter
                && let Some(schema) = &mut parameter.schema
            {
                stated(schema);
            }
        }
    }
    let schemas = api.components.iter_mut().flat_map(|components| &mut components.schemas);
    for (name, schema) in schemas {
        if asked.contains(name.as_str()) {
            closed(schema);
        } else {
            stated(schema);
        }
    }
}

/// A body of a POST in which everything may be left out may be left out itself.
fn optional_bodies(api: &mut OpenApi) {
    let schemas = api.components.iter().flat_map(|components| &components.schemas);
    let free: BTreeSet<String> = schemas
        .filter(
            |(_, schema)| matches!(schema, RefOr::T(Schema::Object(object)) if object.required.is_empty()),
        )
        .map(|(name, _)| name.clone())
        .collect();
    for operation in api.paths.paths.values_mut().filter_map(|item| item.post.as_mut()) {
        let Some(RefOr::T(body)) = &mut operation.request_body else { continue };
        let mut asked = Vec::new();
        for content in body.content.values() {
            if let RefOr::T(content) = content
                && let Some(schema) = &content.schema
            {
                names(schema, &mut asked);
            }
        }
        if matches!(asked.as_slice(), [name] if free.contains(name)) {
            body.required = Some(Required::False);
        }
    }
}

fn operations(api: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    api.paths.paths.values_mut().flat_map(|item| {
        let PathItem { get, put, post, delete, patch, .. } = item;
        [get, put, post, delete, patch].into_iter().flatten()
    })
}

/// The names of all schemas that a request may contain.
fn asked(api: &mut OpenApi) -> BTreeSet<String> {
    let mut waiting = Vec::new();
    for operation in operations(api) {
        let body = operation.request_body.iter().flat_map(|body| match body {
            RefOr::T(body) => body.content.values().collect(),
            RefOr::Ref(_) => Vec::new(),
        });
        for content in body {
            if let RefOr::T(content) = content
                && let Some(schema) = &content.schema
            {
                names(schema, &mut waiting);
            }
        }
    }
    let mut asked = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        let schema = api.components.as_ref().and_then(|components| components.schemas.get(&name));
        if let (Some(schema), true) = (schema, asked.insert(name)) {
            names(schema, &mut waiting);
        }
    }
    asked
}

/// The names that a schema refers to.
fn names(schema: &RefOr<Schema>, to: &mut Vec<String>) {
    match schema {
        RefOr::Ref(reference) => to.extend(name_of(&reference.ref_location)),
        RefOr::T(schema) => parts(schema, &mut |part| names(part, to)),
    }
}

fn name_of(reference: &str) -> Option<String> {
    reference.strip_prefix(COMPONENTS).map(str::to_owned)
}

fn parts(schema: &Schema, look: &mut impl FnMut(&RefOr<Schema>)) {
    // The walk that changes a schema is the only one.
    each_part(&mut schema.clone(), &mut |part| look(part));
}

/// Calls for each schema right below.
fn each_part(schema: &mut Schema, look: &mut impl FnMut(&mut RefOr<Schema>)) {
    match schema {
        Schema::Object(object) => {
            object.properties.values_mut().for_each(&mut *look);
            if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref_mut() {
                look(values);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                look(items);
            }
        }
        Schema::OneOf(choice) => choice.items.iter_mut().for_each(look),
        Schema::AnyOf(choice) => choice.items.iter_mut().for_each(look),
        Schema::AllOf(all) => all.items.iter_mut().for_each(look),
        _ => {}
    }
}

/// Takes `null` out of a schema, at any depth.
fn stated(schema: &mut RefOr<Schema>) {
    let RefOr::T(inner) = schema else { return };
    match inner {
        Schema::Object(object) => without_null(&mut object.schema_type),
        Schema::Array(array) => without_null(&mut array.schema_type),
        Schema::OneOf(choice) => {
            choice.items.retain(|item| !is_null(item));
            if let ([_], None) = (choice.items.as_slice(), &choice.discriminator)
                && let Some(only) = choice.items.pop()
            {
                *schema = only;
                return stated(schema);
            }
        }
        Schema::AllOf(_) | Schema::AnyOf(_) | _ => {}
    }
    if let RefOr::T(inner) = schema {
        each_part(inner, &mut stated);
    }
}

fn without_null(types: &mut SchemaType) {
    if let SchemaType::Array(several) = types {
        several.retain(|one| *one != Type::Null);
        if let [one] = several.as_slice() {
            *types = SchemaType::Type(one.clone());
        }
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

/// Says of every object of a request that it takes nothing else.
fn closed(schema: &mut RefOr<Schema>) {
    let RefOr::T(inner) = schema else { return };
    if let Schema::Object(object) = inner
        && !object.properties.is_empty()
        && object.additional_properties.is_none()
    {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
    each_part(inner, &mut closed);
}

/// Puts a reference wherever an object stands that has a name.
fn refer(api: &mut OpenApi) {
    let Some(components) = api.components.as_mut() else { return };
    let objects =
        components.schemas.iter().filter(|(_, schema)| matches!(schema, RefOr::T(Schema::Object(_))));
    let named: Vec<_> = objects.map(|(name, schema)| (name.clone(), schema.clone())).collect();
    for schema in components.schemas.values_mut() {
        if let RefOr::T(schema) = schema {
            each_part(schema, &mut |part| by_name(part, &named));
        }
    }
}

fn by_name(part: &mut RefOr<Schema>, named: &[(String, RefOr<Schema>)]) {
    if let Some((name, _)) = named.iter().find(|(_, schema)| schema == part) {
        *part = Ref::from_schema_name(name).into();
    } else if let RefOr::T(inner) = part {
        each_part(inner, &mut |part| by_name(part, named));
    }
}

/// Turns each schema that is a choice and some fields into a choice of objects with these fields.
fn spread_choices(api: &mut OpenApi) {
    let Some(components) = api.components.as_mut() else { return };
    let known = components.schemas.clone();
    for schema in components.schemas.values_mut() {
        let RefOr::T(Schema::AllOf(all)) = schema else { continue };
        if let Some((choice, of)) = spread(all, |name| known.get(name)) {
            *schema = RefOr::T(choice);
            components.schemas.remove(&of);
            return spread_choices(api);
        }
    }
}

/// The choice, and the name of the one that it is made of.
fn spread<'a>(all: &AllOf, known: impl Fn(&str) -> Option<&'a RefOr<Schema>>) -> Option<(Schema, String)> {
    let [RefOr::Ref(reference), RefOr::T(Schema::Object(beside))] = all.items.as_slice() else { return None };
    let of = name_of(&reference.ref_location)?;
    let RefOr::T(Schema::OneOf(choice)) = known(&of)? else { return None };
    let mut spread = OneOfBuilder::new().description(all.description.clone());
    for item in &choice.items {
        let RefOr::T(Schema::Object(object)) = item else { return None };
        let mut object = object.clone();
        object.properties.extend(beside.properties.clone());
        object.required.extend(beside.required.clone());
        spread = spread.item(object);
    }
    Some((Schema::OneOf(spread.build()), of))
}
