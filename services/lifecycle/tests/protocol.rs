//! PROTOCOL.md holds the tables as they are rendered, so that its text cannot drift from the code.

use hanse_lifecycle::render;

const PROTOCOL: &str = include_str!("../../../PROTOCOL.md");
const BEGIN: &str = "<!-- lifecycle tables: begin -->\n";
const END: &str = "<!-- lifecycle tables: end -->\n";

#[test]
fn the_protocol_holds_exactly_the_rendered_tables() {
    let (_, rest) = PROTOCOL.split_once(BEGIN).unwrap();
    let (tables, rest) = rest.split_once(END).unwrap();
    assert_eq!(tables, render(), "put the output of render() between the two markers of PROTOCOL.md");
    assert!(!rest.contains(BEGIN) && !rest.contains(END), "a marker stands twice");
}
