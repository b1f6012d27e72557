//! `hanse-eval matching`: the matching of the product on labelled sets.

pub(crate) mod bm25;
pub(crate) mod metrics;
pub(crate) mod sets;
pub(crate) mod tables;

use std::path::Path;

use hanse_matching::link::Linker;
use hanse_matching::text::Tongue;

use sets::ReadError;

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
pub(crate) fn run(data: &Path, _out: &Path) -> Result<(), ReadError> {
    let t = std::time::Instant::now();
    let plain = sets::esco(&data.join("esco"), &[])?;
    println!("taxonomy {:?}", t.elapsed());
    let linker = Linker::new(&plain);
    println!("linker {:?}", t.elapsed());
    let mut rows = Vec::new();
    let only = std::env::var("ONLY").unwrap_or_default();
    if only.is_empty() || only.contains('t') {
        rows.extend(tables::titles(data, &plain, &linker, ("en", Tongue::English))?);
        rows.extend(tables::titles(data, &plain, &linker, ("fr", Tongue::French))?);
        println!("titles {:?}", t.elapsed());
    }
    if only.is_empty() || only.contains('m') {
        rows.extend(tables::labels(data, "melo-fra_q_fr_c_fr", Tongue::French)?);
        rows.extend(tables::labels(data, "melo-usa_q_en_c_en", Tongue::English)?);
        rows.extend(tables::bridge(data, "melo-fra_q_fr_c_en", &plain, &linker)?);
        println!("melo {:?}", t.elapsed());
    }
    if only.is_empty() || only.contains('s') {
        rows.extend(tables::skills(data, "skill-fr-fr", &plain, &linker)?);
        let more = tables::crosswalk(data, "skill-fr-fr")?;
        let rich = sets::esco(&data.join("esco"), &[more])?;
        rows.extend(tables::skills(data, "skill-fr-fr", &rich, &Linker::new(&rich))?.into_iter().take(1));
        println!("skills {:?}", t.elapsed());
    }
    for row in rows {
        println!(
            "{:24} {:6} all {:.3} {:.3} {:.3}  tune {:.3} {:.3} {:.3}  held {:.3} {:.3} {:.3}",
            row.set, row.system, row.all.ndcg_10, row.all.mrr, row.all.recall_100,
            row.tuning.ndcg_10, row.tuning.mrr, row.tuning.recall_100,
            row.held_out.ndcg_10, row.held_out.mrr, row.held_out.recall_100
        );
    }
    Ok(())
}
