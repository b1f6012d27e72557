//! Changes of the policy.

use super::{Base, Mutation};
use crate::random::Random;

fn policy(
    base: &Base,
    dice: &mut Random,
    change: impl FnOnce(&mut Vec<String>, &mut Random) -> Option<String>,
) -> Option<Mutation> {
    let mut lines: Vec<String> = base.policy.lines().map(str::to_owned).collect();
    let says = change(&mut lines, dice)?;
    let policy = lines.join("\n") + "\n";
    (policy != base.policy).then(|| Mutation { says, bytes: base.bytes.clone(), policy })
}

pub(super) fn dropped(base: &Base, dice: &mut Random) -> Option<Mutation> {
    policy(base, dice, |lines, dice| {
        let place = dice.below(lines.len());
        Some(lines.remove(place))
    })
}

pub(super) fn doubled(base: &Base, dice: &mut Random) -> Option<Mutation> {
    policy(base, dice, |lines, dice| {
        let line = dice.pick(lines)?.clone();
        lines.insert(dice.below(lines.len() + 1), line.clone());
        Some(line)
    })
}

pub(super) fn reordered(base: &Base, dice: &mut Random) -> Option<Mutation> {
    policy(base, dice, |lines, dice| {
        for place in (1..lines.len()).rev() {
            lines.swap(place, dice.below(place + 1));
        }
        Some("in any order".into())
    })
}

pub(super) fn quorum(base: &Base, dice: &mut Random) -> Option<Mutation> {
    policy(base, dice, |lines, dice| {
        lines.retain(|line| !line.starts_with("quorum"));
        let names = ["a", "b", "c", "d", "e"].map(|name| format!("{name}.example/auditor"));
        let named = names.join(" ");
        let how = ["0", "1", "2", "4", "5", "6", "all", "any", "-1", "x"];
        let how = dice.pick(&how)?;
        lines.push(format!("group g {how} {named}"));
        let quorum = [
            "quorum g",
            "quorum none",
            "quorum h",
            "quorum",
            "quorum g\nquorum g",
            "quorum a.example/auditor",
        ];
        let quorum = (*dice.pick(&quorum)?).to_owned();
        let says = format!("{how}, {quorum}");
        lines.push(quorum);
        Some(says)
    })
}

pub(super) fn changed(base: &Base, dice: &mut Random) -> Option<Mutation> {
    policy(base, dice, |lines, dice| {
        let place = dice.below(lines.len());
        let line = lines[place].clone();
        let mut letters: Vec<char> = line.chars().collect();
        let at = dice.below(letters.len());
        let other: String = match dice.below(8) {
            0 => format!("\t {}", line.replace(' ', "  \t")),
            1 => format!("# {line}"),
            2 => format!("{line} https://a.example more"),
            3 => format!("{line}\r"),
            4 => line.replace("witness", "log"),
            5 => line.replace(' ', "\u{a0}"),
            6 => {
                letters.remove(at);
                letters.into_iter().collect()
            }
            _ => {
                letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
                letters.into_iter().collect()
            }
        };
        lines[place].clone_from(&other);
        Some(format!("{line:?} is {other:?}"))
    })
}
