//! Tables for the eye. The same numbers are in the file.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one place where this program prints")]

use super::accuracy::{Accuracy, KnownOnly};
use super::concentration::Concentration;
use super::extras::Figure;
use super::latency::{Latency, Times, Took};
use super::outcome::Outcome;
use super::statistics::{largest, smallest};

pub(crate) fn error(text: &str) {
    eprintln!("hanse-eval: {text}");
}

pub(crate) fn title(text: &str) {
    println!("\n{text}");
}

pub(crate) fn accuracy(rows: &[Accuracy]) {
    title(
        "Accuracy, prequential (area under the curve of mean and lower bound; whole | first 60 % of ratings | the rest)",
    );
    for row in rows {
        let Accuracy { method, predictions, bad, area_mean, area_lower_bound, known_only, parts, covered } =
            row;
        let [first, rest] = parts.map(|[mean, bound]| format!("{mean:.4} {bound:.4}"));
        println!(
            "  {method:46} all pairs  {predictions} / {bad}  {area_mean:.4} {area_lower_bound:.4} | {first} | {rest}  known {covered:.3}"
        );
        let KnownOnly { predictions, bad, area_mean, area_lower_bound } = known_only;
        println!("  {:46} known only {predictions} / {bad}  {area_mean:.4} {area_lower_bound:.4}", "");
    }
}

pub(crate) fn attacks(rows: &[Outcome]) {
    title(
        "Attacks (gain mean, least, most | percentile | top quarter | the same, ranked only | order | N_eff mean, most)",
    );
    let mut last = "";
    for row in rows {
        if last != row.attack {
            println!("  {}", row.attack);
            last = &row.attack;
        }
        let [p0, p1] = row.percentile;
        let [t0, t1] = row.top_quarter;
        let [order, _] = row.order;
        print!(
            "    {:10} {:9.3} {:7.3} {:9.3} | {p0:.2} → {p1:.2} | {t0:.2} → {t1:.2}",
            row.method, row.gain_mean, row.gain_least, row.gain_most
        );
        if let Some([r0, r1]) = row.top_quarter_ranked {
            print!(" | {r0:.2} → {r1:.2}");
        }
        print!(" | τ {order:.3}");
        if let Some([mean, most]) = row.voices {
            print!(" | {mean:.3} {most:.3}, added {:.3}", row.added_most.unwrap_or_default());
        }
        println!();
    }
}

pub(crate) fn figures(rows: &[Figure]) {
    title("Targets and further rows; where people were drawn: mean over draws, least and most of them");
    for row in rows {
        let Figure { name, value, at_most, at_least, draws } = row;
        let bound = at_most
            .map(|bound| format!("at most {bound}"))
            .or(at_least.map(|bound| format!("at least {bound}")));
        let word = if row.holds() { "holds" } else { "MISSED" };
        let verdict = bound.map_or_else(String::new, |bound| format!("  ({bound}: {word})"));
        let spread = if draws.len() < 2 {
            String::new()
        } else {
            format!("  [{:.3} to {:.3}]", smallest(draws), largest(draws))
        };
        println!("  {name:92} {value:.3}{spread}{verdict}");
    }
}

pub(crate) fn concentration(rows: &[Concentration]) {
    title("Share of the loudest 1 % of raters in all evidence; of all ratings; pairs known");
    for row in rows {
        println!(
            "  {:46} {:.3} {:.3} {:.3}",
            row.setting, row.voices_of_the_top_percent, row.ratings_of_the_top_percent, row.covered
        );
    }
}

pub(crate) fn latency(row: &Latency) {
    title(&format!(
        "{} people, {} ratings, one thread: milliseconds of wall time / processor time",
        row.people, row.ratings
    ));
    let [build, advance] = [row.build, row.advance];
    println!(
        "  built in {:.0} / {:.0}, next epoch in {:.0} / {:.0}",
        build.wall, build.processor, advance.wall, advance.processor
    );
    println!(
        "  {} MiB at the peak of building and {} MiB afterwards, beside {} MiB of made-up ratings; {:.2} of pairs known",
        row.graph_peak_mib, row.graph_mib, row.ratings_mib, row.known
    );
    for (name, times) in [("score", row.score), ("explain", row.explain), ("insert", row.insert)] {
        let Times { mean, p50, p99, most } = times;
        let both = |took: Took| format!("{:.4} / {:.4}", took.wall, took.processor);
        println!("  {name:8} mean {}  p50 {}  p99 {}  most {}", both(mean), both(p50), both(p99), both(most));
    }
}
