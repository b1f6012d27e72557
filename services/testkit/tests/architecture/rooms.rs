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
    for (folder, _) in LAYERS {
        let arrows = arrows(&workspace, folder);
        for (room, named) in &arrows {
            for other in named.iter().filter(|other| reached(&arrows, other).contains(room)) {
                mistakes.push(format!("{folder}: {room} names {other}, from which {room} is reached"));
            }
        }
    }
    report(&mistakes);
}
