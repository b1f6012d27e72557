//! The workspace as the tests of its shape see it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{LOAD_TESTS, WHOLE_JOB};

/// The workspace as its manifests and its lock file say: both are in the repository, so nothing depends on what this machine
/// has downloaded, or on its platform.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Our crates by folder.
    pub(crate) members: BTreeMap<String, Value>,
    /// Which packages a package is built from on any platform, tests of ours aside. Packages are named as the lock file names
    /// them: `name`, and `name version` where there are several.
    pub(crate) built_from: BTreeMap<String, Vec<String>>,
}

impl Workspace {
    pub(crate) fn read() -> Workspace {
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
    pub(crate) fn ours(&self, folder: &str, in_tests: bool) -> BTreeSet<String> {
        let package = self.members.get(folder).unwrap();
        list(package, "dependencies")
            .filter(|dependency| (text(dependency, "kind") == "dev") == in_tests)
            .filter_map(|dependency| text(dependency, "name").strip_prefix("hanse-").map(str::to_owned))
            .collect()
    }

    /// The names of all packages that `folder` is built from, by whatever way.
    pub(crate) fn closure(&self, folder: &str) -> BTreeSet<String> {
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
    pub(crate) fn sources(&self, folder: &str) -> Vec<PathBuf> {
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

    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        match name {
            LOAD_TESTS => self.root.join(name),
            WHOLE_JOB => self.root.join(LOAD_TESTS).join(name),
            _ => self.root.join("services").join(name),
        }
    }
}

/// What the lock file says that each package is built from. It does not tell the tests of our crates apart; their manifests do.
pub(crate) fn locked(root: &Path, members: &BTreeMap<String, Value>) -> BTreeMap<String, Vec<String>> {
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
pub(crate) fn name(package: &str) -> &str {
    package.split(' ').next().unwrap_or_default()
}

pub(crate) fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(crate) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

pub(crate) fn report(mistakes: &[String]) {
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n"));
}
