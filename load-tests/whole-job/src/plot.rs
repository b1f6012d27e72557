//! Plots as SVG that stands in the page itself: they are there without any network.

use std::fmt::Write as _;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 240.0;
/// Room for the numbers at the axes.
const MARGIN: f64 = 56.0;
/// Light: goose's page is dark green.
const COLOURS: [&str; 3] = ["#7fc4f5", "#ffb454", "#ff8a80"];

/// Lines over the seconds of a run, each with its name and one value for each second.
pub(crate) fn plot(title: &str, unit: &str, lines: &[(&str, Vec<f64>)]) -> String {
    let most =
        lines.iter().flat_map(|(_, values)| values).copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let count = lines.iter().map(|(_, values)| values.len()).max().unwrap_or_default();
    let across = |second: usize| MARGIN + (WIDTH - 2.0 * MARGIN) * number(second) / number(count.max(2) - 1);
    let up = |value: f64| HEIGHT - MARGIN - (HEIGHT - 2.0 * MARGIN) * value / most;
    let mut svg = format!(
        "<figure><figcaption>{title}</figcaption>\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"100%\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#e8e8e8\">\n"
    );
    for part in [0.0, 0.5, 1.0] {
        let (y, value) = (up(most * part), most * part);
        write(
            &mut svg,
            format_args!(
                "<line x1=\"{MARGIN}\" x2=\"{0}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#55706a\"/>\n<text x=\"{1}\" y=\"{y:.1}\" text-anchor=\"end\">{value:.1}</text>\n",
                WIDTH - MARGIN,
                MARGIN - 6.0
            ),
        );
    }
    for second in [0, count / 2, count.saturating_sub(1)] {
        let (x, y) = (across(second), HEIGHT - MARGIN + 18.0);
        write(
            &mut svg,
            format_args!("<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{second} s</text>\n"),
        );
    }
    for (place, ((name, values), colour)) in lines.iter().zip(COLOURS).enumerate() {
        let points: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(second, value)| format!("{:.1},{:.1}", across(second), up(*value)))
            .collect();
        let points = points.join(" ");
        let x = MARGIN + 180.0 * number(place);
        write(
            &mut svg,
            format_args!(
                "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{points}\"/>\n<text x=\"{x}\" y=\"20\" fill=\"{colour}\">{name}, {unit}</text>\n"
            ),
        );
    }
    svg.push_str("</svg></figure>\n");
    svg
}

/// A count as a length; exact below 2³².
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn write(svg: &mut String, what: std::fmt::Arguments<'_>) {
    // A String takes whatever is written to it.
    let _written = svg.write_fmt(what).is_ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_value_touches_the_top_and_nothing_the_bottom() {
        let svg = plot("Answers", "in a second", &[("all", vec![0.0, 5.0, 10.0])]);
        assert!(svg.contains("points=\"56.0,184.0 480.0,120.0 904.0,56.0\""), "{svg}");
        assert!(svg.contains(">10.0</text>") && svg.contains(">2 s</text>"), "{svg}");
    }

    #[test]
    fn a_run_without_answers_has_an_empty_plot() {
        assert!(plot("Answers", "ms", &[("all", Vec::new())]).contains("points=\"\""));
    }
}
