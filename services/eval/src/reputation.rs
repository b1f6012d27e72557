//! How good the viewer's score is, and what attacks buy.

mod accuracy;
mod attacks;
mod baseline;
mod concentration;
mod extras;
mod latency;
mod methods;
mod outcome;
mod outside;
mod print;
mod random;
mod statistics;
mod targets;
mod world;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hanse_reputation::{Fixed, Parameters, VERSION};
use serde::Serialize;

use accuracy::Accuracy;
use attacks::Cast;
use concentration::Concentration;
use extras::Figure;
use latency::Latency;
use methods::Method;
use outcome::Outcome;
use world::Data;

/// The seeds at which we looked while choosing. Attacks are reported with others.
const TUNED_WITH: [u64; 5] = [1, 2, 3, 4, 5];
/// Sybils behind a betrayed contact.
const CROWDS: [(usize, usize); 5] = [(2, 10), (2, 1_000), (10, 10), (10, 1_000), (10, 10_000)];
/// Honest people whom a betrayed contact's Sybils slander.
const SLANDERED: usize = 20;

/// Where the data are and where the results go.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The data sets, laid out as this crate's README.md says.
    #[arg(long)]
    data: PathBuf,
    /// Where the results go.
    #[arg(long, default_value = "target/eval")]
    out: PathBuf,
    /// Who plays which part in the attacks.
    #[arg(long, default_value_t = 11)]
    seed: u64,
    /// How many times the parts are given out, with this seed and those after it. Other methods take part the first time.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=100))]
    draws: u64,
    /// People in the latency run; 0 leaves it out.
    #[arg(long, default_value_t = 1_000_000)]
    people: usize,
    /// Measure latency and nothing else, and write nothing.
    #[arg(long)]
    latency_only: bool,
    /// A Python with `networkx`, for one more baseline.
    #[arg(long)]
    python: Option<PathBuf>,
}

/// All that is measured.
#[derive(Debug, Serialize)]
struct Results {
    version: &'static str,
    parameters: Parameters,
    seed: u64,
    draws: u64,
    seeds_tuned_with: [u64; 5],
    accuracy: Vec<Accuracy>,
    attacks: Vec<Outcome>,
    figures: Vec<Figure>,
    concentration: Vec<Concentration>,
    latency: Option<Latency>,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    match measure(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Result<(), String> {
    if options.latency_only {
        let latency = latency::measure(options.people, options.seed, Parameters::default())?;
        print::latency(&latency);
        return Ok(());
    }
    let data = Data::read(&options.data)?;
    let parameters = Parameters::default();
    print::title(&format!(
        "{VERSION}, {} draws from seed {} (choices were made on this network, attacks with seeds {TUNED_WITH:?})",
        options.draws, options.seed
    ));
    let (mut accuracy, known) = accuracy::measure(&data, &variants())?;
    match options.python.as_ref().map(|python| accuracy::pagerank(&data, python, &known)) {
        Some(Ok(row)) => accuracy.push(row),
        Some(Err(error)) => print::error(&format!("PageRank is left out: {error}")),
        None => {}
    }
    print::accuracy(&accuracy);
    let mut cast = Cast::drawn(&data, options.seed);
    let attacks = attack(&data, &mut cast, parameters, &Method::ALL)?;
    print::attacks(&attacks);
    let judged = |cast: &Cast, attacks: &[Outcome]| -> Result<Vec<Figure>, String> {
        let mut figures = targets::of_attacks(attacks);
        figures.extend(extras::whitewash(&data, cast, parameters)?);
        Ok(figures)
    };
    let mut draws = vec![judged(&cast, &attacks)?];
    for draw in 1..options.draws {
        let mut cast = Cast::drawn(&data, options.seed + draw);
        let attacks = attack(&data, &mut cast, parameters, &[Method::Voices])?;
        draws.push(judged(&cast, &attacks)?);
    }
    let mut figures = targets::of_accuracy(&accuracy);
    figures.extend(targets::over_draws(&draws));
    figures.extend(extras::one_bad_voice(parameters)?);
    figures.extend(extras::lying_client(&data, &mut cast, parameters)?);
    figures.extend(extras::small_jobs(&data, &cast, parameters)?);
    figures.extend(extras::clones_and_dates(&data, &mut cast, parameters)?);
    figures.extend(extras::ground_ids(parameters)?);
    figures.extend(extras::leaks(&data, &cast, parameters)?);
    figures.extend(extras::on_off(parameters)?);
    let mut concentration = Vec::new();
    for (name, parameters) in variants() {
        concentration.push(concentration::measure(&data.world, options.seed, &name, parameters)?);
    }
    print::concentration(&concentration);
    figures.extend(targets::concentration(&concentration));
    let people = Some(options.people).filter(|people| 0 < *people);
    let latency = people.map(|people| latency::measure(people, options.seed, parameters)).transpose()?;
    latency.iter().for_each(print::latency);
    figures.extend(latency.iter().flat_map(targets::latency));
    print::figures(&figures);
    let results = Results {
        version: VERSION,
        parameters,
        seed: options.seed,
        draws: options.draws,
        seeds_tuned_with: TUNED_WITH,
        accuracy,
        attacks,
        figures,
        concentration,
        latency,
    };
    write(options, &results)
}

fn write(options: &Options, results: &Results) -> Result<(), String> {
    let path = options.out.join("reputation.json");
    let text = serde_json::to_string_pretty(results).map_err(|error| error.to_string())?;
    fs::create_dir_all(&options.out).map_err(|error| format!("{}: {error}", options.out.display()))?;
    fs::write(&path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
    print::title(&format!("written to {}", path.display()));
    Ok(())
}

/// The default, and what was tried beside it.
fn variants() -> Vec<(String, Parameters)> {
    let plain = Parameters::default();
    let with = |full_voice: Fixed, hub_degree: u32| Parameters { full_voice, hub_degree, ..plain };
    vec![
        ("Voices".to_owned(), plain),
        ("Voices, known from 1/10".to_owned(), Parameters { known_from: Fixed::ratio(1, 10), ..plain }),
        ("Voices, one step".to_owned(), Parameters { steps: 1, ..plain }),
        ("Voices, bad single until confirmed".to_owned(), Parameters { confirm_bad: true, ..plain }),
        ("Voices, κ=1/3".to_owned(), with(Fixed::ratio(1, 3), plain.hub_degree)),
        ("Voices, κ=1/12".to_owned(), with(Fixed::ratio(1, 12), plain.hub_degree)),
        ("Voices, d0=20".to_owned(), with(plain.full_voice, 20)),
        ("Voices, hubs not damped".to_owned(), with(plain.full_voice, u32::MAX)),
    ]
}

fn attack(
    data: &Data,
    cast: &mut Cast,
    parameters: Parameters,
    methods: &[Method],
) -> Result<Vec<Outcome>, String> {
    let world = &data.world;
    let mut scenes = vec![cast.ring(world, 0, 0), cast.ring(world, 5, 2), cast.ring(world, 20, 0)];
    scenes.extend([0, 1, 20].map(|edges| cast.slander(world, edges)));
    scenes.extend([true, false].map(|bad| cast.collusion(world, bad)));
    scenes.extend([5, 20, 100].map(|edges| cast.bought(world, edges)));
    let mut outcomes = Vec::new();
    for scene in &scenes {
        outcomes.extend(outcome::shared(scene, cast, parameters, methods)?);
    }
    let mut chosen = cast.clone();
    for (front, sybils) in CROWDS {
        // The same contacts turn each time, so that only the number of Sybils differs.
        let stage = |cast: &mut Cast, world: &_, _, contact| cast.betrayal(world, contact, front, sybils);
        outcomes.extend(outcome::staged(world, &mut chosen.clone(), parameters, methods, stage)?);
    }
    let victims: Vec<u32> = cast.targets.iter().copied().take(SLANDERED).collect();
    let stage = |cast: &mut Cast, world: &_, _, contact| cast.betrayal_slander(world, contact, &victims);
    outcomes.extend(outcome::staged(world, &mut chosen, parameters, methods, stage)?);
    Ok(outcomes)
}
