//! Writes `testdata/valid` and `testdata/invalid`. The test `golden` compares.

use std::error::Error;
use std::fs;
use std::path::Path;

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let documents = samples::valid()?;
    for document in &documents {
        fs::write(folder.join(format!("valid/{}.json", document.kind())), document.bytes())?;
    }
    fs::write(folder.join("valid/ids.json"), samples::ids(&documents)?)?;
    for (rejection, bytes) in samples::invalid::invalid(&documents) {
        fs::write(folder.join(format!("invalid/{}.json", rejection.slug())), bytes)?;
    }
    Ok(())
}
