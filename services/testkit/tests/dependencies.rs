//! What `deny.toml` says of the libraries we are built from, as far as it can be checked without the network: licences, sources
//! and bans. `make audit` has cargo-deny check all of it, advisories too.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};

/// Where every library comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(file: &str) -> Value {
    toml::from_str(&fs::read_to_string(root().join(file)).unwrap()).unwrap()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Every package that a build on this platform downloads, with what its manifest says.
fn built_here() -> Vec<Value> {
    let version = run("rustc", &["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let platform = format!("--filter-platform={host}");
    let metadata =
        run(env!("CARGO"), &["metadata", "--format-version=1", "--locked", "--offline", &platform]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    list(&metadata, "/packages").to_vec()
}

fn report(mistakes: &[String]) {
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n"));
}

#[test]
fn every_licence_is_allowed() {
    let rules = read("deny.toml");
    let allowed: Vec<Licensee> = list(&rules, "/licenses/allow")
        .iter()
        .map(|one| Licensee::parse(one.as_str().unwrap()).unwrap())
        .collect();
    let packages = built_here();
    assert!(packages.len() > 300, "{} packages are not all", packages.len());
    let mut mistakes = Vec::new();
    for package in &packages {
        let licence = text(package, "/license");
        let fits = Expression::parse_mode(licence, ParseMode::LAX)
            .is_ok_and(|said| said.evaluate(|one| allowed.iter().any(|licensee| licensee.satisfies(one))));
        if !fits {
            let (name, version) = (text(package, "/name"), text(package, "/version"));
            mistakes.push(format!("{name} {version} has the licence `{licence}`"));
        }
    }
    report(&mistakes);
}

#[test]
fn every_library_comes_from_the_registry() {
    let lock = read("Cargo.lock");
    let packages =
        list(&lock, "/package").iter().filter(|package| !text(package, "/name").starts_with("hanse-"));
    let elsewhere = packages.filter(|package| text(package, "/source") != REGISTRY);
    let mistakes: Vec<String> = elsewhere
        .map(|package| format!("{} comes from `{}`", text(package, "/name"), text(package, "/source")))
        .collect();
    report(&mistakes);
}

/// On any platform and with any feature, since the lock file knows them all.
#[test]
fn what_is_banned_is_named_by_its_wrappers_only() {
    let (rules, lock) = (read("deny.toml"), read("Cargo.lock"));
    let mut mistakes = Vec::new();
    for ban in list(&rules, "/bans/deny") {
        let banned = text(ban, "/name");
        let wrappers: BTreeSet<&str> = list(ban, "/wrappers").iter().filter_map(Value::as_str).collect();
        for package in list(&lock, "/package") {
            let name = text(package, "/name");
            if name == banned && wrappers.is_empty() {
                mistakes.push(format!("{banned} is banned"));
            }
            let mut named = list(package, "/dependencies").iter().filter_map(Value::as_str);
            let names = named.any(|other| other.split(' ').next() == Some(banned));
            if names && !wrappers.contains(name) {
                mistakes.push(format!("{name} names {banned}, and only {wrappers:?} may"));
            }
        }
    }
    report(&mistakes);
}

/// A rule that nobody reads would look as if it held.
#[test]
fn every_rule_is_one_that_is_checked() {
    let here = ["/licenses/allow", "/sources/unknown-registry", "/sources/unknown-git", "/bans/deny"];
    let by_audit = ["/graph/all-features", "/bans/multiple-versions", "/advisories/yanked"];
    let rules = read("deny.toml");
    let mut found = BTreeSet::new();
    for (section, keys) in rules.as_object().unwrap() {
        found.extend(keys.as_object().unwrap().keys().map(|key| format!("/{section}/{key}")));
    }
    assert_eq!(found, here.iter().chain(&by_audit).map(|key| (*key).to_owned()).collect());
    assert_eq!((text(&rules, here[1]), text(&rules, here[2])), ("deny", "deny"));
}
