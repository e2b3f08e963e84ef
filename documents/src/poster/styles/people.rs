//! Styles that show somebody.

use std::f64::consts::TAU;
use std::fmt::Write;

use crate::poster::Sheet;

/// Somebody laughs.
pub(super) fn face(sheet: &mut Sheet) {
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

/// Somebody, without a face: head, hair, shoulders, and a pattern of their own.
pub(super) fn portrait(sheet: &mut Sheet) {
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
