//! Starts a private server in the folder that is its argument, says `ready`, and holds it until its input ends: for a test that
//! kills it.

use std::io::Read;
use std::path::PathBuf;

use hanse_postgres::Private;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its word to the test that waits for it")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: hold-private FOLDER")?;
    let private = Private::start(&folder).await?;
    println!("ready");
    std::io::stdin().read_to_end(&mut Vec::new())?;
    private.stop().await?;
    Ok(())
}
