//! Styles that show a place or a thing.

use std::f64::consts::TAU;
use std::fmt::Write;

use crate::poster::Sheet;

/// The shadow in a curtain.
const FOLD: &str = "#0000002e";

/// Hills behind hills, a moon, and stars where it is dark.
pub(super) fn hills(sheet: &mut Sheet) {
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

/// Stars, and what people see in them.
pub(super) fn stars(sheet: &mut Sheet) {
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
pub(super) fn curtain(sheet: &mut Sheet) {
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
pub(super) fn windows(sheet: &mut Sheet) {
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

/// A projector's light.
pub(super) fn beam(sheet: &mut Sheet) {
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
pub(super) fn keys(sheet: &mut Sheet) {
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

/// Stairs, and who comes down.
pub(super) fn steps(sheet: &mut Sheet) {
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
