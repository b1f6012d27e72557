//! The picture in ARCHITECTURE.md, enforced: who may know whom, and what has a number.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Every crate, and which of ours it may name outside its tests. A crate that is not here is in no layer, and fails.
const LAYERS: &[(&str, &[&str])] = &[
    ("document", &[]),
    ("tlog", &[]),
    ("lifecycle", &[]),
    ("ledger", &["document", "tlog"]),
    ("matching", &["document"]),
    ("reputation", &["document", "ledger"]),
    ("verifier", &["document", "ledger", "reputation", "tlog"]),
    ("store", &["document", "ledger", "tlog"]),
    ("postgres", &["store"]),
    ("network", &["document", "tlog"]),
    ("api", &["matching"]),
    ("base", &["api", "document", "ledger", "lifecycle", "matching", "network", "store", "tlog"]),
    ("logbook", &["base", "document", "ledger", "network", "reputation", "store", "tlog"]),
    (
        "trust",
        &[
            "api",
            "base",
            "document",
            "ledger",
            "lifecycle",
            "logbook",
            "matching",
            "network",
            "reputation",
            "store",
            "tlog",
        ],
    ),
    (
        "discovery",
        &["api", "base", "document", "lifecycle", "matching", "network", "reputation", "store", "trust"],
    ),
    (
        "engine",
        &[
            "api",
            "base",
            "discovery",
            "document",
            "ledger",
            "lifecycle",
            "logbook",
            "matching",
            "network",
            "reputation",
            "store",
            "tlog",
            "trust",
        ],
    ),
    (
        "node",
        &[
            "api",
            "base",
            "discovery",
            "document",
            "engine",
            "ledger",
            "lifecycle",
            "logbook",
            "matching",
            "network",
            "postgres",
            "reputation",
            "store",
            "tlog",
            "trust",
        ],
    ),
    ("command", &["document", "ledger", "lifecycle", "matching", "reputation", "tlog", "verifier"]),
    ("demo", &["command", "document", "verifier"]),
    ("eval", &["document", "matching", "reputation"]),
    ("fuzz", &["document", "ledger", "liars", "matching", "network", "reputation", "tlog", "verifier"]),
    ("liars", &["document", "ledger", "reputation", "tlog", "verifier"]),
    (
        TESTKIT,
        &[
            "api",
            "base",
            "discovery",
            "document",
            "engine",
            "logbook",
            "node",
            "postgres",
            "store",
            "tlog",
            "trust",
        ],
    ),
    (
        LOAD_TESTS,
        &[
            "api", "base", "document", "engine", "ledger", "logbook", "matching", "network", "node",
            "postgres", "store", "tlog", "verifier",
        ],
    ),
];
const TESTKIT: &str = "testkit";
/// Measures a node against the bare libraries below it, so it names one that is otherwise its owner's.
const LOAD_TESTS: &str = "load-tests";

/// A library that does I/O, and the one crate that names it.
const OWNERS: &[(&str, &str)] = &[
    ("tokio-postgres", "store"),
    ("postgres-types", "store"),
    ("deadpool-postgres", "store"),
    ("refinery", "store"),
    ("libp2p", "network"),
    ("actix-web", "node"),
    ("actix-http", "node"),
    ("actix-server", "node"),
    ("actix-service", "node"),
    ("utoipa-actix-web", "node"),
    ("utoipa-swagger-ui", "node"),
    ("tracing-actix-web", "node"),
    ("jsonwebtoken", "node"),
];

/// Crates that compute and do nothing else.
const PURE: &[&str] = &["document", "tlog", "lifecycle", "ledger", "matching", "reputation", "verifier"];
/// What would let them do more, even by way of another library.
const IMPURE_LIBRARIES: &[&str] = &[
    "tokio",
    "mio",
    "socket2",
    "reqwest",
    "ureq",
    "getrandom",
    "rand",
    "tokio-postgres",
    "libp2p",
    "actix-web",
];
/// The same from the standard library.
const IMPURE_WORDS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::os",
    "SystemTime",
    "Instant",
    "now_utc",
    "HashMap",
    "HashSet",
];

/// What is read in one sitting; the house style asks for 400, and this leaves room for a line that says why.
const FILE_LINES_MAX: usize = 420;

/// What one person can keep in mind; a crate of more is two. Lines of production code.
const CRATE_LINES_MAX: usize = 8_000;
/// What is taken in at a glance: a module and the folder of its parts are one place, tests aside.
const FOLDER_PLACES_MAX: usize = 16;
/// Places that are no part of a program.
const TESTS: &[&str] = &["tests", "testing"];
/// Crates whose modules have long been in a circle, each to be cut: no crate is to come in.
const CIRCULAR: &[&str] = &[];

/// The workspace as its manifests and its lock file say: both are in the repository, so nothing depends on what this machine
/// has downloaded, or on its platform.
struct Workspace {
    root: PathBuf,
    /// Our crates by folder.
    members: BTreeMap<String, Value>,
    /// Which packages a package is built from on any platform, tests of ours aside. Packages are named as the lock file names
    /// them: `name`, and `name version` where there are several.
    built_from: BTreeMap<String, Vec<String>>,
}

impl Workspace {
    fn read() -> Workspace {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
            .current_dir(&root)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut members = BTreeMap::new();
        for package in list(&metadata, "packages") {
            let manifest = PathBuf::from(text(package, "manifest_path"));
            let folder = manifest.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
            members.insert(folder, package.clone());
        }
        let built_from = locked(&root, &members);
        Workspace { root, members, built_from }
    }

    /// The folders of our crates that `folder` names, outside its tests or in them.
    fn ours(&self, folder: &str, in_tests: bool) -> BTreeSet<String> {
        let package = self.members.get(folder).unwrap();
        list(package, "dependencies")
            .filter(|dependency| (text(dependency, "kind") == "dev") == in_tests)
            .filter_map(|dependency| text(dependency, "name").strip_prefix("hanse-").map(str::to_owned))
            .collect()
    }

    /// The names of all packages that `folder` is built from, by whatever way.
    fn closure(&self, folder: &str) -> BTreeSet<String> {
        let mut waiting = vec![text(self.members.get(folder).unwrap(), "name")];
        let mut seen = BTreeSet::new();
        while let Some(package) = waiting.pop() {
            if seen.insert(package.clone()) {
                waiting.extend(self.built_from.get(&package).unwrap().iter().cloned());
            }
        }
        seen.iter().map(|package| name(package).to_owned()).collect()
    }

    /// The sources of a crate that end up in a program.
    fn sources(&self, folder: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut waiting = vec![self.folder(folder).join("src")];
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
        assert_ne!(found, Vec::<PathBuf>::new(), "{folder} has no sources");
        found
    }

    fn folder(&self, name: &str) -> PathBuf {
        if name == LOAD_TESTS { self.root.join(name) } else { self.root.join("services").join(name) }
    }
}

/// What the lock file says that each package is built from. It does not tell the tests of our crates apart; their manifests do.
fn locked(root: &Path, members: &BTreeMap<String, Value>) -> BTreeMap<String, Vec<String>> {
    let lock: Value = toml::from_str(&fs::read_to_string(root.join("Cargo.lock")).unwrap()).unwrap();
    let mut built_from = BTreeMap::new();
    for package in list(&lock, "package") {
        let own = text(package, "name");
        let mut from: Vec<String> =
            list(package, "dependencies").map(|other| other.as_str().unwrap().to_owned()).collect();
        if let Some(member) = members.values().find(|member| text(member, "name") == own) {
            let dependencies = list(member, "dependencies");
            let built: BTreeSet<String> = dependencies
                .filter(|dependency| text(dependency, "kind") != "dev")
                .map(|dependency| text(dependency, "name"))
                .collect();
            from.retain(|other| built.contains(name(other)));
            assert_eq!(from.len(), built.len(), "{own}: Cargo.lock is not up to date");
        }
        built_from.insert(format!("{own} {}", text(package, "version")), from.clone());
        built_from.insert(own, from);
    }
    built_from
}

/// The name of a package that the lock file names with or without a version.
fn name(package: &str) -> &str {
    package.split(' ').next().unwrap_or_default()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn report(mistakes: &[String]) {
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n"));
}

#[test]
fn every_crate_is_in_a_layer() {
    let found: BTreeSet<String> = Workspace::read().members.into_keys().collect();
    let known: BTreeSet<String> = LAYERS.iter().map(|(folder, _)| (*folder).to_owned()).collect();
    assert_eq!(found, known, "crates (left) and layers (right) differ");
}

#[test]
fn every_package_is_named_after_its_folder() {
    let workspace = Workspace::read();
    let named = |(folder, package): (&String, &Value)| text(package, "name") == format!("hanse-{folder}");
    assert!(workspace.members.iter().all(named), "{:?}", workspace.members.keys());
}

#[test]
fn no_crate_names_one_outside_its_layer() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for (folder, allowed) in LAYERS {
        for other in workspace.ours(folder, false) {
            if !allowed.contains(&other.as_str()) {
                mistakes.push(format!("{folder} must not depend on {other}"));
            }
        }
    }
    report(&mistakes);
}

#[test]
fn testkit_is_for_tests() {
    let workspace = Workspace::read();
    for (folder, _) in LAYERS {
        assert!(!workspace.ours(folder, false).contains(TESTKIT), "{folder} must not depend on {TESTKIT}");
        let features = "the feature that makes test databases is for tests";
        let store = list(workspace.members.get(*folder).unwrap(), "dependencies").find(|dependency| {
            text(dependency, "name") == "hanse-store"
                && text(dependency, "kind") != "dev"
                && *folder != TESTKIT
        });
        let asked = store.into_iter().flat_map(|store| list(store, "features"));
        assert_eq!(asked.filter(|feature| *feature == "testing").count(), 0, "{folder}: {features}");
    }
}

#[test]
fn each_library_that_does_io_has_one_owner() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for (folder, _) in LAYERS {
        for dependency in list(workspace.members.get(*folder).unwrap(), "dependencies") {
            let library = text(dependency, "name");
            let owner = OWNERS.iter().find(|(name, _)| *name == library).map(|(_, owner)| owner);
            let measured = *folder == LOAD_TESTS && library == "actix-web";
            if owner.is_some_and(|owner| owner != folder) && !measured {
                mistakes.push(format!("only {} may name {library}, and {folder} does", owner.unwrap()));
            }
        }
    }
    report(&mistakes);
}

#[test]
fn pure_crates_are_built_from_nothing_that_does_io() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for folder in PURE {
        let closure = workspace.closure(folder);
        for library in IMPURE_LIBRARIES.iter().filter(|library| closure.contains(**library)) {
            mistakes.push(format!("{folder} is built from {library}"));
        }
    }
    report(&mistakes);
}

#[test]
fn pure_crates_use_nothing_that_does_io() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for folder in PURE {
        for path in workspace.sources(folder) {
            let source = fs::read_to_string(&path).unwrap();
            let production = source.split("#[cfg(test)]").next().unwrap_or_default();
            let code: Vec<&str> =
                production.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for word in IMPURE_WORDS.iter().filter(|word| code.iter().any(|line| line.contains(**word))) {
                mistakes.push(format!("{} says {word}", path.display()));
            }
        }
    }
    report(&mistakes);
}

#[test]
fn the_verifier_reaches_no_database_and_no_network() {
    let workspace = Workspace::read();
    for folder in ["verifier", "command", "demo"] {
        let closure = workspace.closure(folder);
        for library in ["tokio-postgres", "libp2p", "actix-web"] {
            assert!(!closure.contains(library), "{folder} is built from {library}");
        }
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for (folder, _) in LAYERS {
        for path in workspace.sources(folder) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            if FILE_LINES_MAX < lines {
                mistakes
                    .push(format!("{} has {lines} lines, and {FILE_LINES_MAX} is the most", path.display()));
            }
        }
    }
    report(&mistakes);
}

#[test]
fn unsafe_code_is_forbidden_and_every_crate_takes_the_lints() {
    let workspace = Workspace::read();
    let root = fs::read_to_string(workspace.root.join("Cargo.toml")).unwrap();
    assert!(root.contains("\nunsafe_code = \"forbid\"\n"), "unsafe code is not forbidden");
    for (folder, _) in LAYERS {
        let manifest = fs::read_to_string(workspace.folder(folder).join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains("\n[lints]\nworkspace = true\n"),
            "{folder} does not take the workspace's lints"
        );
    }
}

#[test]
fn every_crate_has_a_page() {
    let workspace = Workspace::read();
    for (folder, _) in LAYERS {
        let page = fs::read_to_string(workspace.folder(folder).join("README.md")).unwrap_or_default();
        assert!(!page.trim().is_empty(), "{folder} has no README.md");
    }
}

/// What ends up in a program of a source: all before its inline tests.
fn production(path: &Path) -> String {
    let source = fs::read_to_string(path).unwrap();
    source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// A source's place in its crate, from the first folder under `src` on; `None` for tests.
fn place(folder: &Path, path: &Path) -> Option<Vec<String>> {
    let inside = path.strip_prefix(folder.join("src")).unwrap().with_extension("");
    let parts: Vec<String> = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if parts.iter().any(|part| TESTS.contains(&part.as_str())) { None } else { Some(parts) }
}

#[test]
fn no_crate_is_too_large_for_one_head() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for (folder, _) in LAYERS {
        let root = workspace.folder(folder);
        let sources = workspace.sources(folder).into_iter().filter(|path| place(&root, path).is_some());
        let lines: usize = sources.map(|path| production(&path).lines().count()).sum();
        if CRATE_LINES_MAX < lines {
            mistakes.push(format!("{folder} has {lines} lines, and {CRATE_LINES_MAX} is the most"));
        }
    }
    report(&mistakes);
}

#[test]
fn every_folder_is_taken_in_at_a_glance() {
    let workspace = Workspace::read();
    let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (folder, _) in LAYERS {
        let root = workspace.folder(folder);
        for parts in workspace.sources(folder).iter().filter_map(|path| place(&root, path)) {
            for (depth, part) in parts.iter().enumerate() {
                let above = [&[(*folder).to_owned()], parts.get(..depth).unwrap()].concat().join("/");
                folders.entry(above).or_default().insert(part.clone());
            }
        }
    }
    let mut mistakes = Vec::new();
    for (folder, mut places) in folders {
        for root in ["lib", "main", "mod"] {
            places.remove(root);
        }
        if FOLDER_PLACES_MAX < places.len() {
            let many = places.len();
            mistakes.push(format!("{folder} has {many} places, and {FOLDER_PLACES_MAX} is the most"));
        }
    }
    report(&mistakes);
}

/// Which top-level modules of a crate name which others of it.
fn arrows(workspace: &Workspace, folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let root = workspace.folder(folder);
    let sources: Vec<(String, String)> = workspace
        .sources(folder)
        .iter()
        .filter_map(|path| Some((place(&root, path)?.first()?.clone(), production(path))))
        .collect();
    let rooms: BTreeSet<&String> = sources.iter().map(|(room, _)| room).collect();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (room, source) in &sources {
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code: String = code.flat_map(|line| [line, "\n"]).collect();
        for named in code.split("crate::").skip(1) {
            let listed = named.strip_prefix('{').and_then(|list| list.split('}').next());
            let names = listed.map_or_else(|| vec![named], |list| list.split(',').map(str::trim).collect());
            for name in names {
                let name: String = name.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if name != *room && rooms.contains(&name) {
                    arrows.entry(room.clone()).or_default().insert(name);
                }
            }
        }
    }
    arrows
}

/// The rooms that are reached from one.
fn reached(arrows: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let (mut waiting, mut reached) = (vec![from.to_owned()], BTreeSet::new());
    while let Some(room) = waiting.pop() {
        for next in arrows.get(&room).into_iter().flatten() {
            if reached.insert(next.clone()) {
                waiting.push(next.clone());
            }
        }
    }
    reached
}

#[test]
fn rooms_of_a_crate_do_not_name_each_other_in_a_circle() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for (folder, _) in LAYERS.iter().filter(|(folder, _)| !CIRCULAR.contains(folder)) {
        let arrows = arrows(&workspace, folder);
        for (room, named) in &arrows {
            for other in named.iter().filter(|other| reached(&arrows, other).contains(room)) {
                mistakes.push(format!("{folder}: {room} names {other}, from which {room} is reached"));
            }
        }
    }
    report(&mistakes);
}
