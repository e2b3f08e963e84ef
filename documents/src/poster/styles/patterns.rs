//! Styles that show nothing but shapes.

use std::f64::consts::{PI, TAU};
use std::fmt::Write;

use crate::poster::Sheet;

/// Rings around one middle, cut in halves that are shifted against each other.
pub(super) fn rings(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [_, main, second, light, last] = sheet.colours;
    let y = height * sheet.chance.between(0.4, 0.6);
    let thickness = unit * sheet.chance.between(0.075, 0.1);
    let shift = thickness * if sheet.chance.is(50) { 1.0 } else { -1.0 };
    let x = width / 2.0;
    let colours = [main, second, light, last];
    let turn = sheet.chance.below(4);
    for side in [-1.0_f64, 1.0] {
        let sweep = i32::from(side > 0.0);
        let middle = y + shift * side / 2.0;
        let count = 8_u32;
        for ring in (1..=count).rev() {
            let radius = thickness * f64::from(ring);
            let index = usize::try_from(ring).unwrap_or_default() + turn;
            let colour = if ring % 2 == 0 {
                colours[index / 2 % 4]
            } else {
                sheet.colours[0]
            };
            let line = format!(
                "M{x:.1} {:.1}A{radius:.1} {radius:.1} 0 0 {sweep} {x:.1} {:.1}Z",
                middle - radius,
                middle + radius
            );
            sheet.path(&line, colour);
        }
    }
    let dot = unit * 0.06;
    sheet.circle(width * 0.16, height * 0.12, dot, light);
}

/// Bands of water below a sun.
pub(super) fn waves(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [ground, main, second, light, last] = sheet.colours;
    let sun_x = width * sheet.chance.between(0.3, 0.7);
    sheet.circle(sun_x, height * 0.42, unit * 0.27, second);
    sheet.circle(sun_x, height * 0.42, unit * 0.19, last);
    let bands = [main, light, main, last, main, ground, second];
    let length = unit * sheet.chance.between(0.55, 0.8);
    for (index, colour) in (0_u32..).zip(bands) {
        let top = height * (0.46 + 0.085 * f64::from(index));
        let rise = unit * sheet.chance.between(0.03, 0.05);
        let start = -length * sheet.chance.between(0.1, 1.0);
        let mut line = format!("M{start:.1} {top:.1}");
        let mut x = start;
        let mut up = true;
        while x < width + length {
            let peak = if up { top - rise } else { top + rise };
            // Writing into memory cannot fail.
            let _ = write!(
                line,
                "Q{:.1} {peak:.1} {:.1} {top:.1}",
                x + length / 4.0,
                x + length / 2.0
            );
            x += length / 2.0;
            up = !up;
        }
        let _ = write!(line, "V{height:.1}H{start:.1}Z");
        sheet.path(&line, colour);
    }
}

/// A floor of quarter circles, halves and dots.
pub(super) fn tiles(sheet: &mut Sheet) {
    let (width, height) = (sheet.width, sheet.height);
    let side = sheet.unit() / 4.0;
    let colours = sheet.colours;
    let mut y = 0.0;
    while y < height {
        let mut x = 0.0;
        while x < width {
            let ground = colours[sheet.chance.below(4)];
            let mut colour = colours[sheet.chance.below(5)];
            if colour == ground {
                colour = colours[4];
            }
            sheet.rect(x, y, side + 0.5, side + 0.5, 0.0, ground);
            tile(sheet, (x, y), side, colour);
            x += side;
        }
        y += side;
    }
}

fn tile(sheet: &mut Sheet, (x, y): (f64, f64), side: f64, colour: &str) {
    let (right, low) = (x + side, y + side);
    let quarters = [
        format!("M{x:.1} {y:.1}H{right:.1}A{side} {side} 0 0 1 {x:.1} {low:.1}Z"),
        format!("M{right:.1} {y:.1}V{low:.1}A{side} {side} 0 0 1 {x:.1} {y:.1}Z"),
        format!("M{right:.1} {low:.1}H{x:.1}A{side} {side} 0 0 1 {right:.1} {y:.1}Z"),
        format!("M{x:.1} {low:.1}V{y:.1}A{side} {side} 0 0 1 {right:.1} {low:.1}Z"),
    ];
    let half = side / 2.0;
    match sheet.chance.below(8) {
        0..=4 => {
            let turn = sheet.chance.below(4);
            sheet.path(&quarters[turn], colour);
        }
        5 => sheet.circle(x + half, y + half, half * 0.55, colour),
        6 => {
            let line = format!("M{x:.1} {y:.1}A{half} {half} 0 0 0 {right:.1} {y:.1}Z");
            sheet.path(&line, colour);
        }
        _ => {
            let line = format!("M{x:.1} {low:.1}L{right:.1} {y:.1}V{low:.1}Z");
            sheet.path(&line, colour);
        }
    }
}

/// Beams from one point, and what rises there.
pub(super) fn rays(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [_, main, second, light, last] = sheet.colours;
    let (x, y) = (width * sheet.chance.between(0.35, 0.65), height * 0.7);
    let reach = width + height;
    let count = 22_u32;
    let start = sheet.chance.between(0.0, 1.0);
    for ray in 0..count {
        let from = TAU * (f64::from(ray) + start) / f64::from(count);
        let to = from + PI / f64::from(count);
        let line = format!(
            "M{x:.1} {y:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
            x + reach * from.cos(),
            y + reach * from.sin(),
            x + reach * to.cos(),
            y + reach * to.sin()
        );
        sheet.path(&line, main);
    }
    sheet.circle(x, y, unit * 0.34, light);
    sheet.circle(x, y, unit * 0.26, second);
    sheet.circle(x, y, unit * 0.17, last);
    sheet.rect(0.0, y + unit * 0.02, width, height, 0.0, sheet.colours[0]);
    let row = unit * 0.055;
    for line in 0..4_u32 {
        let thickness = row * (0.2 + 0.14 * f64::from(line));
        sheet.rect(
            0.0,
            y + unit * 0.06 + row * f64::from(line),
            width,
            thickness,
            0.0,
            main,
        );
    }
}

/// What loud music looks like on a dial.
pub(super) fn bars(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [_, main, second, light, last] = sheet.colours;
    let step = unit / 11.0;
    let count = (width / step).floor();
    let margin = (width - count * step) / 2.0;
    let phase = sheet.chance.between(0.0, TAU);
    let wave = sheet.chance.between(0.5, 0.9);
    let mut bar = 0.0;
    while bar < count {
        let swing = ((bar * wave + phase).sin() + (bar * wave * 2.3 + phase).cos() * 0.6).abs();
        let size = height * (0.1 + 0.34 * swing).min(0.82);
        let x = margin + bar * step + step * 0.18;
        let colours = [main, second, main, light, main, last];
        let colour = colours[sheet.chance.below(6)];
        sheet.rect(
            x,
            height / 2.0 - size / 2.0,
            step * 0.64,
            size,
            step * 0.32,
            colour,
        );
        bar += 1.0;
    }
}

/// Stripes that come in, turn, and go out.
pub(super) fn ribbons(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [_, main, second, light, last] = sheet.colours;
    let thickness = unit * 0.085;
    let first = unit * sheet.chance.between(0.14, 0.22);
    let mirrored = sheet.chance.is(50);
    let (x, y) = (width * 0.5, height * sheet.chance.between(0.38, 0.5));
    let colours = [second, last, light, main, second];
    for (index, colour) in (0_u32..).zip(colours) {
        let radius = first + thickness * f64::from(index) * 1.02;
        let (from, to, sweep) = if mirrored {
            (width, x - radius, 0)
        } else {
            (0.0, x + radius, 1)
        };
        let line = format!(
            "M{from:.1} {:.1}H{x:.1}A{radius:.1} {radius:.1} 0 0 {sweep} {to:.1} {y:.1}V{height:.1}",
            y - radius
        );
        sheet.stroke(&line, thickness, colour);
    }
    sheet.circle(
        if mirrored { width * 0.84 } else { width * 0.16 },
        height * 0.8,
        unit * 0.1,
        light,
    );
}

/// Round shapes that lean on each other.
pub(super) fn blobs(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [_, main, second, light, last] = sheet.colours;
    let places = [(0.32, 0.3), (0.7, 0.42), (0.36, 0.7), (0.74, 0.8)];
    for ((px, py), colour) in places.into_iter().zip([main, second, last, light]) {
        let (x, y) = (width * px, height * py);
        let size = unit * sheet.chance.between(0.22, 0.34);
        let points: Vec<(f64, f64)> = (0..6_u32)
            .map(|corner| {
                let turn = TAU * f64::from(corner) / 6.0;
                let far = size * sheet.chance.between(0.72, 1.2);
                (x + far * turn.cos(), y + far * turn.sin())
            })
            .collect();
        sheet.path(&smooth(&points), colour);
    }
    sheet.circle(width * 0.7, height * 0.42, unit * 0.06, light);
    sheet.circle(width * 0.36, height * 0.7, unit * 0.05, main);
}

/// A closed line through the middles between points, bent by them.
fn smooth(points: &[(f64, f64)]) -> String {
    let middle = |a: (f64, f64), b: (f64, f64)| (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
    let last = points[points.len() - 1];
    let start = middle(last, points[0]);
    let mut line = format!("M{:.1} {:.1}", start.0, start.1);
    for (index, point) in points.iter().enumerate() {
        let next = points[(index + 1) % points.len()];
        let end = middle(*point, next);
        let _ = write!(
            line,
            "Q{:.1} {:.1} {:.1} {:.1}",
            point.0, point.1, end.0, end.1
        );
    }
    line.push('Z');
    line
}
