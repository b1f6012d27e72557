//! The documented paths: what is asked of the `OpenAPI` document while requests are answered.

use actix_web::http::Method;

/// The parameter that stands for all that is left of a path; the others stand for one part.
const REST: &str = "{path}";

/// The documented paths: tells a wrong method from a wrong path, and who takes a body.
#[derive(Debug)]
pub struct DocumentedPaths(Vec<Described>);

/// A documented path, in its parts.
#[derive(Debug)]
struct Described {
    pattern: Vec<String>,
    methods: Vec<String>,
    /// Those of its methods that take a body.
    with_body: Vec<&'static str>,
}

impl DocumentedPaths {
    /// Those of a document.
    pub fn of(api: &utoipa::openapi::OpenApi) -> Self {
        let paths = api.paths.paths.iter().map(|(path, item)| {
            let operations = [
                ("GET", &item.get),
                ("PUT", &item.put),
                ("POST", &item.post),
                ("DELETE", &item.delete),
                ("PATCH", &item.patch),
            ];
            let described =
                operations.iter().filter_map(|(name, operation)| Some((*name, operation.as_ref()?)));
            let with_body = described.clone().filter(|(_, operation)| operation.request_body.is_some());
            Described {
                pattern: path.split('/').map(str::to_owned).collect(),
                with_body: with_body.map(|(name, _)| name).collect(),
                methods: described.map(|(name, _)| name.to_owned()).collect(),
            }
        });
        Self(paths.collect())
    }

    fn at(&self, path: &str) -> impl Iterator<Item = &Described> {
        let asked: Vec<&str> = path.split('/').collect();
        self.0.iter().filter(move |Described { pattern, .. }| {
            let open = pattern.last().is_some_and(|part| part == REST) && pattern.len() < asked.len();
            (open || pattern.len() == asked.len())
                && pattern
                    .iter()
                    .zip(&asked)
                    .all(|(part, asked)| part == asked || (part.starts_with('{') && !asked.is_empty()))
        })
    }

    /// The methods that are documented for a path, if there is such a path.
    pub fn methods(&self, path: &str) -> Option<Vec<String>> {
        self.at(path).next().map(|described| described.methods.clone())
    }

    /// Whether this method of this path takes a body.
    pub fn takes_body(&self, method: &Method, path: &str) -> bool {
        self.at(path).any(|described| described.with_body.contains(&method.as_str()))
    }
}
