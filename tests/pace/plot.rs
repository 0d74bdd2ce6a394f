//! The requests per second as a picture.

use std::fmt::Write as _;

use super::fleet::{Arrivals, Story};

const WIDTH: usize = 900;
const HEIGHT: usize = 260;
const LEFT: usize = 60;
const TOP: usize = 30;
/// Seconds behind one point of the line.
const STEP: usize = 20;

/// A line of the rate over time, with the outage and the restart shaded.
pub(crate) fn svg(arrivals: &Arrivals, story: &Story) -> String {
    let rates: Vec<f64> =
        (0..story.end / STEP).map(|at| arrivals.mean(at * STEP..(at + 1) * STEP)).collect();
    let top = rates.iter().copied().fold(1.0, f64::max) * 1.1;
    let x = |second: usize| LEFT + second * WIDTH / story.end;
    let y = |rate: f64| (TOP + HEIGHT) as f64 - rate / top * HEIGHT as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n",
        LEFT + WIDTH + 20,
        TOP + HEIGHT + 50
    );
    // Writing to a string cannot fail.
    let mut put = |text: String| {
        let _infallible = writeln!(svg, "{text}");
    };
    put(format!(
        "<rect width=\"{}\" height=\"{}\" fill=\"white\"/>",
        LEFT + WIDTH + 20,
        TOP + HEIGHT + 50
    ));
    for (span, what) in [(&story.outage, "outage"), (&story.restart, "rolling restart")] {
        let (from, width) = (x(span.start), x(span.end) - x(span.start));
        put(format!(
            "<rect x=\"{from}\" y=\"{TOP}\" width=\"{width}\" height=\"{HEIGHT}\" fill=\"#eee\"/>\
             <text x=\"{from}\" y=\"{}\">{what}</text>",
            TOP - 8
        ));
    }
    for quarter in 0..=4 {
        let rate = top * f64::from(quarter) / 4.0;
        let level = y(rate);
        put(format!(
            "<path d=\"M{LEFT} {level:.1}H{}\" stroke=\"#ccc\"/>\
             <text x=\"{}\" y=\"{level:.1}\" text-anchor=\"end\">{rate:.0}</text>",
            LEFT + WIDTH,
            LEFT - 6
        ));
    }
    for hour in 0..=story.end / 3600 {
        put(format!("<text x=\"{}\" y=\"{}\">{hour} h</text>", x(hour * 3600), TOP + HEIGHT + 18));
    }
    let points: Vec<_> = rates
        .iter()
        .enumerate()
        .map(|(at, rate)| format!("{},{:.1}", x(at * STEP + STEP / 2), y(*rate)))
        .collect();
    put(format!(
        "<polyline fill=\"none\" stroke=\"#0a5\" stroke-width=\"1.5\" points=\"{}\"/>",
        points.join(" ")
    ));
    put(format!(
        "<text x=\"{LEFT}\" y=\"{}\">requests per second at K2HR3</text>",
        TOP + HEIGHT + 40
    ));
    svg + "</svg>\n"
}
