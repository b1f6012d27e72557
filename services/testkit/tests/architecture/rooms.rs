//! Sizes and rooms: what one person can take in, and which rooms of a crate name which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::LAYERS;
use crate::workspace::{Workspace, report};

/// What is read in one sitting; the house style asks for 400, and this leaves room for a line that says why.
const FILE_LINES_MAX: usize = 420;

/// What one person can keep in mind; a crate of more is two. Lines of production code.
const CRATE_LINES_MAX: usize = 8_000;
/// What is taken in at a glance: a module and the folder of its parts are one place, tests aside.
const FOLDER_PLACES_MAX: usize = 16;
/// Crates in which not even files name each other in a circle: each can be read after those that it stands on.
const CRATES_WITHOUT_CIRCLES: &[&str] = &["http", "rest", "node"];
/// Places that are no part of a program.
const TESTS: &[&str] = &["tests", "testing"];

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

/// What ends up in a program of a source: all before its inline tests.
fn production(path: &Path) -> String {
    let source = fs::read_to_string(path).unwrap();
    source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// The same without comments.
fn code(path: &Path) -> String {
    let source = production(path);
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
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
        .filter_map(|path| Some((place(&root, path)?.first()?.clone(), code(path))))
        .collect();
    let rooms: BTreeSet<&String> = sources.iter().map(|(room, _)| room).collect();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (room, code) in &sources {
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

/// The paths by which a file names something of its crate, from the crate's root on: those that begin with a word for a place, and
/// the files that it declares as its parts.
fn paths(file: &[String], code: &str) -> Vec<Vec<String>> {
    let parts = code.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    let mut paths: Vec<Vec<String>> = parts.map(|part| [file, &[part.to_owned()]].concat()).collect();
    let words = ["crate::", "super::", "self::"];
    for (at, _) in words.iter().flat_map(|word| code.match_indices(word)) {
        let (before, named) = code.split_at(at);
        if before.ends_with("::") {
            continue;
        }
        let end = named.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
        let (path, after) = named.split_at(end.unwrap_or(named.len()));
        let listed = after.strip_prefix('{').and_then(|list| list.split('}').next());
        let lasts = listed.map_or_else(
            || vec![""],
            |list| list.split(',').filter_map(|last| last.split_whitespace().next()).collect(),
        );
        for last in lasts {
            let mut whole = file.to_vec();
            for part in path.split("::").chain(last.split("::")) {
                match part {
                    "crate" => whole.clear(),
                    "super" => drop(whole.pop()),
                    "self" | "" => {}
                    part => whole.push(part.to_owned()),
                }
            }
            paths.push(whole);
        }
    }
    paths
}

/// Which files of a crate name which others of it.
fn arrows_of_files(workspace: &Workspace, folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let root = workspace.folder(folder);
    let sources = workspace.sources(folder);
    let files: BTreeMap<Vec<String>, String> = sources
        .iter()
        .filter_map(|path| {
            let mut file = place(&root, path)?;
            file.pop_if(|name| name == "lib" || name == "mod");
            Some((file, code(path)))
        })
        .collect();
    let name = |file: &[String]| if file.is_empty() { "lib".to_owned() } else { file.join("/") };
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, code) in &files {
        for path in paths(file, code) {
            // What stands behind the name of a file is something in it.
            let ends = (0..=path.len()).rev();
            let named = ends.filter_map(|end| path.get(..end)).find(|path| files.contains_key(*path));
            if let Some(named) = named.filter(|named| named != file) {
                arrows.entry(name(file)).or_default().insert(name(named));
            }
        }
    }
    arrows
}

/// The rooms, or files, that are reached from one.
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

/// What is wrong with arrows that lead back to where they begin.
fn circles(folder: &str, arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut mistakes = Vec::new();
    for (room, named) in arrows {
        for other in named.iter().filter(|other| reached(arrows, other).contains(room)) {
            mistakes.push(format!("{folder}: {room} names {other}, from which {room} is reached"));
        }
    }
    mistakes
}

#[test]
fn rooms_of_a_crate_do_not_name_each_other_in_a_circle() {
    let workspace = Workspace::read();
    let folders = LAYERS.iter().map(|(folder, _)| folder);
    let mistakes: Vec<String> =
        folders.flat_map(|folder| circles(folder, &arrows(&workspace, folder))).collect();
    report(&mistakes);
}

#[test]
fn files_of_these_crates_do_not_name_each_other_in_a_circle() {
    let workspace = Workspace::read();
    let folders = CRATES_WITHOUT_CIRCLES.iter();
    let mistakes: Vec<String> =
        folders.flat_map(|folder| circles(folder, &arrows_of_files(&workspace, folder))).collect();
    report(&mistakes);
}
