//! A plot as SVG: lines over a number of connections, both axes logarithmic. Readable on light and dark paper.

use std::fmt::Write;

/// A picture of some lines.
pub struct Plot {
    pub title: &'static str,
    pub lines: Vec<Line>,
}

/// One line: how much at how many connections, rising.
pub struct Line {
    pub name: &'static str,
    /// Ours are drawn thicker.
    pub is_ours: bool,
    pub points: Vec<(usize, f64)>,
}

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 520.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 210.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 50.0;
/// Room for one name beside its line.
const NAME_HEIGHT: f64 = 17.0;
/// A piece of the line before its name.
const SAMPLE: f64 = 24.0;

/// Told apart with every common kind of colour blindness, on white and on black. Who comes after the last is dashed.
const COLORS: [&str; 8] = [
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#999999", "#ee7733",
];

struct Scale {
    least: f64,
    most: f64,
}

impl Scale {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let least = values.clone().fold(f64::MAX, f64::min).log10().floor();
        let most = values.fold(f64::MIN, f64::max).log10();
        Self {
            least,
            most: most.max(least + 1.0),
        }
    }

    /// Where a value lies, from nought to one.
    fn at(&self, value: f64) -> f64 {
        (value.log10() - self.least) / (self.most - self.least)
    }
}

impl Plot {
    /// The picture.
    pub fn to_svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        if points().next().is_none() {
            return String::new();
        }
        let across = Scale::of(points().map(|(connections, _)| as_float(*connections)));
        let up = Scale::of(points().map(|(_, rate)| *rate));
        let x = |connections| LEFT + across.at(as_float(connections)) * (WIDTH - LEFT - RIGHT);
        let y = |rate: f64| HEIGHT - BOTTOM - up.at(rate) * (HEIGHT - TOP - BOTTOM);
        let mut svg = String::new();
        head(&mut svg, self.title);
        let mut ticks: Vec<usize> = points().map(|(connections, _)| *connections).collect();
        ticks.sort_unstable();
        ticks.dedup();
        for connections in ticks {
            text(
                &mut svg,
                (x(connections), HEIGHT - 25.0),
                "middle",
                &grouped(as_float(connections)),
            );
        }
        let mut decade = 10_f64.powf(up.least);
        while decade <= 10_f64.powf(up.most) {
            let line = (y(decade), LEFT, WIDTH - RIGHT);
            put(
                &mut svg,
                format_args!(
                    "<path d='M{:.1} {:.1}H{:.1}' stroke='#8884'/>",
                    line.1, line.0, line.2
                ),
            );
            text(
                &mut svg,
                (LEFT - 8.0, line.0 + 4.0),
                "end",
                &grouped(decade),
            );
            decade *= 10.0;
        }
        for (index, line) in self.lines.iter().enumerate() {
            let spots: Vec<String> = line
                .points
                .iter()
                .map(|(connections, rate)| format!("{:.1},{:.1}", x(*connections), y(*rate)))
                .collect();
            put(
                &mut svg,
                format_args!(
                    "<polyline fill='none' {} points='{}'/>",
                    self.stroke(index),
                    spots.join(" ")
                ),
            );
        }
        self.names(&mut svg, y);
        svg.push_str("</svg>\n");
        svg
    }

    /// How a line is drawn.
    fn stroke(&self, index: usize) -> String {
        let width = if self.lines[index].is_ours { 3.5 } else { 1.5 };
        let dashes = if index < COLORS.len() {
            ""
        } else {
            " stroke-dasharray='6 4'"
        };
        format!("stroke='{}' stroke-width='{width}'{dashes}", color(index))
    }

    /// Names at the ends of their lines, pushed apart where they would lie on each other.
    fn names(&self, svg: &mut String, y: impl Fn(f64) -> f64) {
        let mut ends: Vec<(f64, usize)> = self
            .lines
            .iter()
            .enumerate()
            .filter_map(|(index, line)| Some((y(line.points.last()?.1), index)))
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut next = TOP;
        for (end, index) in ends {
            let at = end.max(next);
            next = at + NAME_HEIGHT;
            let sample = WIDTH - RIGHT + 12.0;
            put(
                svg,
                format_args!(
                    "<path d='M{sample:.1} {at:.1}h{SAMPLE:.1}' {}/>",
                    self.stroke(index)
                ),
            );
            put(
                svg,
                format_args!(
                    "<text x='{:.1}' y='{:.1}' fill='#222'>{}</text>",
                    sample + SAMPLE + 8.0,
                    at + 4.0,
                    self.lines[index].name
                ),
            );
        }
    }
}

fn head(svg: &mut String, title: &str) {
    put(
        svg,
        format_args!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' font-family='system-ui, sans-serif' font-size='13'>\n<title>{title}</title>\n<rect width='{WIDTH}' height='{HEIGHT}' fill='#fff'/>"
        ),
    );
    put(
        svg,
        format_args!("<text x='{LEFT}' y='26' fill='#222' font-size='16'>{title}</text>"),
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, words: &str) {
    put(
        svg,
        format_args!(
            "<text x='{x:.1}' y='{y:.1}' fill='#555' text-anchor='{anchor}'>{words}</text>"
        ),
    );
}

fn put(svg: &mut String, what: std::fmt::Arguments<'_>) {
    writeln!(svg, "{what}").expect("writing to memory does not fail");
}

fn color(index: usize) -> &'static str {
    COLORS[index % COLORS.len()]
}

/// A whole number with its thousands set apart.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[expect(clippy::cast_precision_loss, reason = "connections are few")]
fn as_float(connections: usize) -> f64 {
    connections as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_has_a_line_and_a_name_for_each_and_a_mark_for_each_power_of_ten() {
        let line = |name, rate| Line {
            name,
            is_ours: false,
            points: vec![(1, rate), (1_024, rate * 30.0)],
        };
        let plot = Plot {
            title: "Claims",
            lines: vec![line("a", 100.0), line("b", 120.0)],
        };
        let svg = plot.to_svg();
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(svg.contains(">a</text>") && svg.contains(">b</text>"));
        for mark in [">100<", ">1,000<", ">1<", ">1,024<"] {
            assert!(svg.contains(mark), "{mark}: {svg}");
        }
    }

    #[test]
    fn whoever_comes_after_the_last_colour_is_dashed() {
        let line = |rate| Line {
            name: "a",
            is_ours: false,
            points: vec![(1, rate), (16, rate)],
        };
        let lines = (1..=9)
            .map(|rate| line(f64::from(rate) * 1_000.0))
            .collect();
        let svg = Plot {
            title: "Claims",
            lines,
        }
        .to_svg();
        assert_eq!(
            svg.matches("stroke-dasharray").count(),
            2,
            "the line and its sample"
        );
    }
}
