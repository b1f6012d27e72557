//! A new migration is compiled in: the macro that embeds them looks at the folder, which Cargo would not watch otherwise.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
