//! The styles. Each fills the sheet from whatever side is shorter, so that it is whole in every format.

use std::f64::consts::{PI, TAU};
use std::fmt::Write;

use super::Sheet;

pub(super) type Style = (&'static str, fn(&mut Sheet));

/// The shadow in a curtain.
const FOLD: &str = "#0000002e";

pub(super) const ALL: [Style; 16] = [
    ("rings", rings),
    ("waves", waves),
    ("tiles", tiles),
    ("rays", rays),
    ("hills", hills),
    ("bars", bars),
    ("face", face),
    ("stars", stars),
    ("curtain", curtain),
    ("windows", windows),
    ("ribbons", ribbons),
    ("beam", beam),
    ("keys", keys),
    ("blobs", blobs),
    ("steps", steps),
    ("portrait", portrait),
];

/// Rings around one middle, cut in halves that are shifted against each other.
fn rings(sheet: &mut Sheet) {
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
fn waves(sheet: &mut Sheet) {
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
fn tiles(sheet: &mut Sheet) {
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
fn rays(sheet: &mut Sheet) {
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

/// Hills behind hills, a moon, and stars where it is dark.
fn hills(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [ground, main, second, light, last] = sheet.colours;
    for _ in 0..26 {
        let (x, y) = (
            sheet.chance.between(0.0, width),
            sheet.chance.between(0.0, height * 0.55),
        );
        let size = unit * sheet.chance.between(0.003, 0.008);
        sheet.circle(x, y, size, light);
    }
    let (moon_x, moon_y) = (width * sheet.chance.between(0.25, 0.75), height * 0.3);
    sheet.circle(moon_x, moon_y, unit * 0.18, light);
    sheet.circle(
        moon_x + unit * 0.07,
        moon_y - unit * 0.05,
        unit * 0.15,
        ground,
    );
    for (index, colour) in (0_u32..).zip([last, second, main, ground]) {
        let base = height * (0.52 + 0.13 * f64::from(index));
        let mut line = format!("M0 {height:.1}V{base:.1}");
        let mut x = 0.0;
        while x < width {
            let step = unit * sheet.chance.between(0.28, 0.5);
            let peak = base - unit * sheet.chance.between(0.05, 0.2);
            let _ = write!(
                line,
                "Q{:.1} {peak:.1} {:.1} {base:.1}",
                x + step / 2.0,
                x + step
            );
            x += step;
        }
        let _ = write!(line, "V{height:.1}Z");
        sheet.path(&line, colour);
    }
}

/// What loud music looks like on a dial.
fn bars(sheet: &mut Sheet) {
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

/// Somebody laughs.
fn face(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [ground, main, second, light, last] = sheet.colours;
    let (x, y) = (width / 2.0, height * 0.5);
    let radius = unit * 0.4;
    let half = |side: i32| {
        format!(
            "M{x:.1} {:.1}A{radius:.1} {radius:.1} 0 0 {side} {x:.1} {:.1}Z",
            y - radius,
            y + radius
        )
    };
    sheet.circle(x, y, radius, main);
    sheet.path(&half(1), second);
    let lift = unit * sheet.chance.between(-0.04, 0.04);
    let eye = unit * 0.085;
    sheet.circle(x - radius * 0.42, y - radius * 0.25, eye, light);
    sheet.circle(
        x - radius * 0.42 + lift * 0.8,
        y - radius * 0.25,
        eye * 0.45,
        ground,
    );
    if sheet.chance.is(50) {
        let line = format!(
            "M{:.1} {:.1}A{eye:.1} {eye:.1} 0 0 1 {:.1} {:.1}",
            x + radius * 0.42 - eye,
            y - radius * 0.2,
            x + radius * 0.42 + eye,
            y - radius * 0.2
        );
        sheet.stroke(&line, unit * 0.03, light);
    } else {
        sheet.circle(x + radius * 0.42, y - radius * 0.25, eye, light);
        sheet.circle(
            x + radius * 0.42 + lift * 0.8,
            y - radius * 0.25,
            eye * 0.45,
            ground,
        );
    }
    mouth_in(sheet, (x, y), radius);
    for corner in 0..3_u32 {
        let size = unit * (0.03 + 0.02 * f64::from(corner));
        let turn = TAU * sheet.chance.between(0.0, 1.0);
        let far = radius * 1.28;
        sheet.circle(x + far * turn.cos(), y + far * turn.sin(), size, last);
    }
}

fn mouth_in(sheet: &mut Sheet, (x, y): (f64, f64), radius: f64) {
    let [ground, _, _, _, last] = sheet.colours;
    let mouth = radius * sheet.chance.between(0.42, 0.58);
    let line = format!(
        "M{:.1} {:.1}A{mouth:.1} {mouth:.1} 0 0 0 {:.1} {:.1}Z",
        x - mouth,
        y + radius * 0.18,
        x + mouth,
        y + radius * 0.18
    );
    sheet.path(&line, ground);
    let tongue = mouth * 0.5;
    sheet.circle(
        x + mouth * 0.2,
        y + radius * 0.18 + mouth * 0.72,
        tongue * 0.62,
        last,
    );
}

/// Stars, and what people see in them.
fn stars(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [_, main, second, light, last] = sheet.colours;
    let (x, y) = (width * 0.5, height * 0.5);
    for ring in 1..=4_u32 {
        sheet.ring(x, y, unit * 0.14 * f64::from(ring), unit * 0.006, main);
    }
    let count = 9_u32;
    let mut points = Vec::new();
    for star in 0..count {
        let turn = TAU * (f64::from(star) / f64::from(count) + sheet.chance.between(-0.03, 0.03));
        let far = unit * (0.14 * f64::from(1 + star % 4)).min(0.5);
        points.push((x + far * turn.cos(), y + far * turn.sin()));
    }
    let mut line = String::new();
    for (index, (px, py)) in points.iter().enumerate() {
        let _ = write!(
            line,
            "{}{px:.1} {py:.1}",
            if index == 0 { 'M' } else { 'L' }
        );
    }
    sheet.stroke(&line, unit * 0.008, light);
    for (index, (px, py)) in points.iter().enumerate() {
        let colour = [second, light, last][index % 3];
        sheet.circle(*px, *py, unit * [0.045, 0.022, 0.032][index % 3], colour);
    }
    for _ in 0..40 {
        let (px, py) = (
            sheet.chance.between(0.0, width),
            sheet.chance.between(0.0, height),
        );
        sheet.circle(px, py, unit * 0.004, light);
    }
}

/// A curtain that has just begun to open, and the light behind it.
fn curtain(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [ground, main, second, light, last] = sheet.colours;
    let middle = width * sheet.chance.between(0.42, 0.58);
    let gap = unit * sheet.chance.between(0.1, 0.2);
    sheet.rect(0.0, height * 0.82, width, height * 0.18, 0.0, last);
    sheet.path(
        &format!(
            "M{middle:.1} 0L{:.1} {height:.1}H{:.1}Z",
            middle + gap * 2.4,
            middle - gap * 2.4
        ),
        light,
    );
    sheet.circle(middle, height * 0.52, gap * 0.55, second);
    let fold = unit * 0.1;
    for side in [-1.0_f64, 1.0] {
        let count = 12_u32;
        for index in 0..count {
            let near = gap + fold * f64::from(index);
            let x = middle + side * near;
            let (bend, end) = (x - side * gap * 0.7, x + side * fold * 0.5);
            let far = x + side * fold * 1.05;
            let low = height * (0.86 + 0.02 * f64::from(index % 2));
            let line = format!(
                "M{bend:.1} 0C{bend:.1} {:.1} {x:.1} {:.1} {end:.1} {low:.1}H{:.1}V0Z",
                height * 0.3,
                height * 0.5,
                far + side * width
            );
            sheet.path(&line, main);
            if index % 2 == 1 {
                sheet.path(&line, FOLD);
            }
        }
    }
    sheet.rect(0.0, 0.0, width, height * 0.07, 0.0, ground);
}

/// A house at night: somebody is awake.
fn windows(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [ground, main, second, light, last] = sheet.colours;
    sheet.circle(width * 0.78, height * 0.16, unit * 0.09, light);
    let mut x = -unit * 0.05;
    let mut index = 0;
    while x < width {
        let wide = unit * sheet.chance.between(0.22, 0.34);
        let top = height * sheet.chance.between(0.22, 0.5);
        let colour = [main, second, main, last][index % 4];
        sheet.rect(x, top, wide, height - top, 0.0, colour);
        let (gap, pane) = (unit * 0.03, unit * 0.04);
        let mut row = top + gap * 1.4;
        while row < height - pane {
            let mut column = x + gap;
            while column + pane < x + wide - gap * 0.4 {
                let lit = if sheet.chance.is(30) { light } else { ground };
                sheet.rect(column, row, pane, pane * 1.35, 1.0, lit);
                column += pane + gap * 0.8;
            }
            row += pane * 1.35 + gap;
        }
        x += wide;
        index += 1;
    }
}

/// Stripes that come in, turn, and go out.
fn ribbons(sheet: &mut Sheet) {
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

/// A projector's light.
fn beam(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [ground, main, second, light, last] = sheet.colours;
    let y = height * sheet.chance.between(0.28, 0.4);
    let start = (width * 0.2, y);
    for (index, colour) in (0_u32..).zip([main, second, light]) {
        let spread = height * (0.95 - 0.26 * f64::from(index));
        let line = format!(
            "M{:.1} {:.1}L{width:.1} {:.1}V{:.1}Z",
            start.0,
            start.1,
            y + height * 0.18 - spread / 2.0,
            y + height * 0.18 + spread / 2.0
        );
        sheet.path(&line, colour);
    }
    sheet.circle(start.0, start.1, unit * 0.15, last);
    sheet.circle(start.0, start.1, unit * 0.05, ground);
    for hole in 0..5_u32 {
        let turn = TAU * f64::from(hole) / 5.0 + 0.3;
        let far = unit * 0.095;
        sheet.circle(
            start.0 + far * turn.cos(),
            start.1 + far * turn.sin(),
            unit * 0.026,
            ground,
        );
    }
    sheet.circle(
        start.0 - unit * 0.02,
        start.1 + unit * 0.27,
        unit * 0.11,
        second,
    );
    let floor = height * 0.86;
    let mut x = unit * 0.06;
    while x < width {
        let size = unit * sheet.chance.between(0.055, 0.075);
        sheet.circle(x, floor, size, ground);
        sheet.rect(
            x - size * 1.5,
            floor + size * 0.7,
            size * 3.0,
            height * 0.2,
            size,
            ground,
        );
        x += size * 3.3;
    }
}

/// The keys of a piano, seen by who has leaned back.
fn keys(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [_, main, second, light, last] = sheet.colours;
    let dark = darkest(&sheet.colours);
    let degrees = sheet.chance.between(-24.0, -12.0);
    let moon = width * sheet.chance.between(0.6, 0.8);
    sheet.circle(moon, height * 0.24, unit * 0.2, second);
    let _ = write!(
        sheet.shapes,
        "<g transform=\"rotate({degrees:.1} {:.1} {:.1})\">",
        width / 2.0,
        height / 2.0
    );
    let (key, top) = (unit * 0.115, height * 0.44);
    let length = (width * width + height * height).sqrt();
    let mut x = width / 2.0 - length * 0.7;
    sheet.rect(x, top - unit * 0.05, length * 1.4, unit * 0.05, 0.0, last);
    while x < width / 2.0 + length * 0.7 {
        let pressed = sheet.chance.is(12);
        let colour = if pressed { main } else { light };
        sheet.rect(x, top, key * 0.95, length, 3.0, colour);
        x += key;
    }
    let mut x = width / 2.0 - length * 0.7;
    let mut note = sheet.chance.below(7);
    while x < width / 2.0 + length * 0.7 {
        x += key;
        if ![2, 6].contains(&note) {
            sheet.rect(x - key * 0.3, top, key * 0.58, unit * 0.32, 2.0, dark);
        }
        note = (note + 1) % 7;
    }
    sheet.put("</g>");
}

fn darkest(colours: &[&'static str]) -> &'static str {
    let brightness = |colour: &&&'static str| -> u32 {
        let part = |at: usize| u32::from_str_radix(&colour[at..at + 2], 16).unwrap_or_default();
        part(1) * 3 + part(3) * 6 + part(5)
    };
    colours
        .iter()
        .min_by_key(brightness)
        .copied()
        .unwrap_or_default()
}

/// Round shapes that lean on each other.
fn blobs(sheet: &mut Sheet) {
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

/// Stairs, and who comes down.
fn steps(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let [_, main, second, light, last] = sheet.colours;
    let sun = unit * sheet.chance.between(0.16, 0.22);
    sheet.circle(width * 0.72, height * 0.27, sun, second);
    let count = 6_u32;
    let (wide, rise) = (width / f64::from(count), height * 0.62 / f64::from(count));
    let shown = sheet.chance.below(4);
    for step in 0..count {
        let top = height * 0.34 + rise * f64::from(step);
        let colour = if step % 2 == 0 { main } else { last };
        sheet.rect(wide * f64::from(step), top, width, height, 0.0, colour);
        if usize::try_from(step).is_ok_and(|step| step == shown) {
            let x = wide * (f64::from(step) + 0.5);
            let size = wide.min(rise * 1.6) * 0.3;
            sheet.rect(
                x - size * 0.75,
                top - size * 2.6,
                size * 1.5,
                size * 2.6,
                size * 0.7,
                light,
            );
            sheet.circle(x, top - size * 3.4, size * 0.72, light);
        }
    }
}

/// Somebody, without a face: head, hair, shoulders, and a pattern of their own.
fn portrait(sheet: &mut Sheet) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let light = sheet.colours[3];
    let (x, y) = (width / 2.0, height * 0.44);
    halo_behind(sheet, (x, y));
    let skins = [
        "#f1c7a5", "#8a5a3c", "#5c3a28", "#d9a077", "#f5d9c3", "#a9714b",
    ];
    let skin = skins[sheet.chance.below(skins.len())];
    let hairs = [
        "#1c1513", "#3b2417", "#7a4a21", "#c98b3a", "#8d8a86", "#2b1b3d",
    ];
    let hair = hairs[sheet.chance.below(hairs.len())];
    let head = unit * 0.15;
    let style = sheet.chance.below(5);
    if style == 1 || style == 4 {
        // Long, behind the shoulders.
        sheet.rect(
            x - head * 1.3,
            y - head * 1.1,
            head * 2.6,
            head * 3.3,
            head * 1.25,
            hair,
        );
    }
    if style == 2 {
        sheet.circle(x, y - head * 0.35, head * 1.75, hair);
    }
    sheet.rect(
        x - head * 0.42,
        y,
        head * 0.84,
        head * 2.0,
        head * 0.4,
        skin,
    );
    shoulders_below(sheet, (x, y), head, skin);
    let _ = write!(
        sheet.shapes,
        "<ellipse cx=\"{x:.1}\" cy=\"{y:.1}\" rx=\"{head:.1}\" ry=\"{:.1}\" fill=\"{skin}\"/>",
        head * 1.2
    );
    hair_on(sheet, style, (x, y), head, hair);
    if sheet.chance.is(35) {
        let eye = head * 0.34;
        for side in [-1.0, 1.0] {
            sheet.ring(x + side * head * 0.45, y, eye, head * 0.1, light);
        }
    }
}

fn halo_behind(sheet: &mut Sheet, (x, y): (f64, f64)) {
    let (width, height, unit) = (sheet.width, sheet.height, sheet.unit());
    let main = sheet.colours[1];
    let halo = unit * sheet.chance.between(0.34, 0.42);
    match sheet.chance.below(3) {
        0 => sheet.circle(x, y, halo, main),
        1 => {
            let mut stripe = -width;
            while stripe < width {
                let line = format!("M{stripe:.1} {height:.1}L{:.1} 0", stripe + height);
                sheet.stroke(&line, unit * 0.05, main);
                stripe += unit * 0.14;
            }
        }
        _ => {
            for ring in 1..=4_u32 {
                sheet.ring(x, y, unit * 0.13 * f64::from(ring), unit * 0.05, main);
            }
        }
    }
}

fn shoulders_below(sheet: &mut Sheet, (x, y): (f64, f64), head: f64, skin: &str) {
    let (height, unit) = (sheet.height, sheet.unit());
    let [_, _, second, _, last] = sheet.colours;
    let shoulders = format!(
        "M{:.1} {height:.1}C{:.1} {:.1} {:.1} {:.1} {x:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {height:.1}Z",
        x - unit * 0.4,
        x - unit * 0.36,
        y + head * 2.0,
        x - unit * 0.16,
        y + head * 1.75,
        y + head * 1.75,
        x + unit * 0.16,
        y + head * 1.75,
        x + unit * 0.36,
        y + head * 2.0,
        x + unit * 0.4
    );
    let shirt = if sheet.chance.is(50) { second } else { last };
    sheet.path(&shoulders, shirt);
    let collar = format!(
        "M{:.1} {:.1}L{x:.1} {:.1}L{:.1} {:.1}Z",
        x - head * 0.55,
        y + head * 1.7,
        y + head * 2.7,
        x + head * 0.55,
        y + head * 1.7
    );
    sheet.path(&collar, skin);
}

fn hair_on(sheet: &mut Sheet, style: usize, (x, y): (f64, f64), head: f64, hair: &str) {
    let cap = |low: f64| {
        format!(
            "M{:.1} {:.1}A{:.1} {:.1} 0 0 1 {:.1} {:.1}Q{x:.1} {:.1} {:.1} {:.1}Z",
            x - head * 1.08,
            y - head * 0.1,
            head * 1.08,
            head * 1.3,
            x + head * 1.08,
            y - head * 0.1,
            y - head * low,
            x - head * 1.08,
            y - head * 0.1
        )
    };
    match style {
        0 => sheet.path(&cap(0.95), hair),
        1 | 4 => sheet.path(&cap(1.3), hair),
        2 => sheet.path(&cap(0.8), hair),
        _ => {
            sheet.path(&cap(1.05), hair);
            sheet.circle(x, y - head * 1.45, head * 0.5, hair);
        }
    }
}
