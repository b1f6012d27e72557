//! How good the viewer's score is, and what attacks buy.

mod accuracy;
mod attacks;
mod baseline;
mod methods;
mod outcome;
mod random;
mod statistics;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

/// Where the data are and where the results go.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The data sets, as README.md describes them.
    #[arg(long)]
    data: PathBuf,
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    k: u32,
    #[arg(long)]
    hub: u32,
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    let data = world::Data::read(&options.data).unwrap();
    use hanse_reputation::Fixed;
    use methods::Method;
    let d = hanse_reputation::Parameters { full_voice: Fixed::ratio(options.k, 1000), hub_degree: options.hub, ..Default::default() };
    for a in accuracy::measure(&data, &[("voices".to_owned(), d)]).unwrap().iter().take(1) { println!("{:40} {} {} {:.4} {:.4} {:.3?} {:.3}", a.method, a.predictions, a.bad, a.area_mean, a.area_lower_bound, a.halves, a.covered); }
    let m: &[Method] = if options.all { &Method::ALL } else { &[Method::Voices] };
    let mut cast = attacks::Cast::drawn(&data, options.seed);
    let w = &data.world;
    let scenes = [cast.ring(w,0,0), cast.ring(w,5,2), cast.ring(w,20,0), cast.slander(w,0), cast.slander(w,1), cast.slander(w,20), cast.collusion(w), cast.bought(w,5), cast.bought(w,20), cast.bought(w,100)];
    let show = |o: &outcome::Outcome| println!("{:40} {:10} gain {:9.3} [{:.3} {:9.3}] pct {:.2?} top {:.2?} rk {:.2?} tau {:.3?} neff {:.3?} add {:.3?}", o.attack, o.method, o.gain_mean, o.gain_least, o.gain_most, o.percentile, o.top_quarter, o.top_quarter_ranked.unwrap_or_default(), o.order, o.voices.unwrap_or_default(), o.added_most.unwrap_or_default());
    for s in &scenes { for o in outcome::shared(s, &cast, d, m).unwrap() { show(&o) } }
    for (f, n) in [(2,10),(2,1000),(10,10),(10,1000)] {
        for o in outcome::staged(w, &mut cast, d, m, |c, w, _, b| c.betrayal(w, b, f, n)).unwrap() { show(&o) }
    }
    let victims: Vec<u32> = cast.targets.iter().copied().take(20).collect();
    for o in outcome::staged(w, &mut cast, d, m, |c, w, _, b| c.betrayal_slander(w, b, &victims)).unwrap() { show(&o) }
    ExitCode::SUCCESS
}
