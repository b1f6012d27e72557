//! What is printed, how long is waited, and when to stop.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};

use crate::fail::DemoError;

/// Between two looks at something that is awaited: shorter than anybody notices, longer than a look takes.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What needs a round between two nodes takes about a second here; a busy machine may need much longer.
const PATIENCE: Duration = Duration::from_secs(45);
/// How a program ends that Ctrl-C has ended, by custom.
const INTERRUPTED: u8 = 130;
/// Blanks a progress line.
const LINE_WIDTH: usize = 96;

/// One look at something that is awaited.
pub(crate) enum Look<T> {
    /// It is there.
    There(T),
    /// It is not; this is.
    NotYet(String),
}

/// The terminal, the clock and the interrupt of one demo.
pub(crate) struct Stage {
    began: Instant,
    step: AtomicU32,
    terminal: bool,
    interrupted: Arc<AtomicBool>,
}

impl Stage {
    /// Begins; from now on Ctrl-C and SIGTERM are heard. A second one ends the program at once.
    pub(crate) fn begin() -> Result<Self, DemoError> {
        let interrupted = Arc::new(AtomicBool::new(false));
        listen(Arc::clone(&interrupted))
            .map_err(|error| DemoError::Program { program: "signals".to_owned(), why: error.to_string() })?;
        Ok(Self {
            began: Instant::now(),
            step: AtomicU32::new(0),
            terminal: io::stdout().is_terminal(),
            interrupted,
        })
    }

    /// Time since the beginning.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Prints a line.
    pub(crate) fn line(&self, text: &str) {
        self.clear();
        // Whoever closed standard output does not want to know; the demo still checks what it checks.
        drop(writeln!(io::stdout().lock(), "{text}"));
    }

    /// Begins the next numbered step.
    pub(crate) fn step(&self, title: &str) {
        let number = self.step.fetch_add(1, Ordering::Relaxed) + 1;
        let (bold, plain) = if self.terminal { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        self.line(&format!("\n{bold}{number:>2}  {title}{plain}"));
    }

    /// Prints lines under the step.
    pub(crate) fn tell(&self, text: &str) {
        for line in text.lines() {
            self.line(format!("    {line}").trim_end());
        }
    }

    /// Shows how far something is, on a terminal only; the next line replaces it.
    pub(crate) fn progress(&self, text: &str) {
        if self.terminal {
            let text: String = format!("    … {text}").chars().take(LINE_WIDTH).collect();
            drop(write!(io::stdout().lock(), "\r{text:LINE_WIDTH$}\r").and_then(|()| io::stdout().flush()));
        }
    }

    fn clear(&self) {
        if self.terminal {
            drop(write!(io::stdout().lock(), "\r{:LINE_WIDTH$}\r", ""));
        }
    }

    /// Whether to go on.
    pub(crate) fn check(&self) -> Result<(), DemoError> {
        if self.interrupted.load(Ordering::Relaxed) { Err(DemoError::Interrupted) } else { Ok(()) }
    }

    /// Waits until somebody interrupts.
    pub(crate) fn until_interrupted(&self) {
        while self.check().is_ok() {
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Looks again and again until it is there, with the usual patience.
    pub(crate) fn until<T>(
        &self,
        what: &str,
        look: impl FnMut() -> Result<Look<T>, DemoError>,
    ) -> Result<T, DemoError> {
        self.within(PATIENCE, what, look)
    }

    /// The same, with a patience of its own.
    pub(crate) fn within<T>(
        &self,
        patience: Duration,
        what: &str,
        mut look: impl FnMut() -> Result<Look<T>, DemoError>,
    ) -> Result<T, DemoError> {
        let began = Instant::now();
        loop {
            self.check()?;
            match look()? {
                Look::There(found) => return Ok(found),
                Look::NotYet(last) if began.elapsed() > patience => {
                    return Err(DemoError::Late { seconds: patience.as_secs(), what: what.to_owned(), last });
                }
                Look::NotYet(last) => self.progress(&format!("{what}: {last}")),
            }
            thread::sleep(LOOK_EVERY);
        }
    }
}

/// Hears signals on a thread of its own.
fn listen(interrupted: Arc<AtomicBool>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (mut terminate, mut interrupt, mut hang_up) = {
        let _inside = runtime.enter();
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?)
    };
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {},
                    _ = interrupt.recv() => {},
                    _ = hang_up.recv() => {},
                }
                if interrupted.swap(true, Ordering::Relaxed) {
                    // The nodes end with us: the kernel tells them.
                    std::process::exit(INTERRUPTED.into());
                }
            }
        });
    })?;
    Ok(())
}

/// Says why the demo ended early, and how the program ends then.
pub(crate) fn failed(error: &DemoError) -> ExitCode {
    // Whoever closed standard error still gets the exit code.
    drop(writeln!(io::stderr().lock(), "\nhanse-demo: {error}"));
    if matches!(error, DemoError::Interrupted) { ExitCode::from(INTERRUPTED) } else { ExitCode::FAILURE }
}
