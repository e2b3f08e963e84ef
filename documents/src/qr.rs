//! QR codes: as SVG for pages, and as runs of dark modules for whoever draws them elsewhere.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// The white margin that a reader needs on each side, in modules (ISO/IEC 18004).
pub const QUIET_ZONE: usize = 4;

/// A QR code of square modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    width: usize,
    modules: Vec<bool>,
}

/// Dark modules side by side, without the quiet zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first module's column.
    pub x: usize,
    /// The row.
    pub y: usize,
    /// How many modules.
    pub length: usize,
}

impl Qr {
    /// The code of a text that fits: a ticket's code does by far.
    ///
    /// # Panics
    /// The text has more than 2,331 bytes.
    #[must_use]
    pub fn of(text: &str) -> Self {
        // Level M survives a crease and keeps the modules large.
        let code = QrCode::with_error_correction_level(text, EcLevel::M);
        let code = code.expect("a ticket's code has some 150 characters");
        let width = code.width();
        let modules = code.into_colors().into_iter();
        Self {
            width,
            modules: modules.map(|color| color == Color::Dark).collect(),
        }
    }

    /// How many modules a side has, without the quiet zone.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The dark modules, row by row.
    pub fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let rows = self.modules.chunks(self.width).enumerate();
        rows.flat_map(|(y, row)| {
            let mut x = 0;
            let runs = row
                .chunk_by(|one, next| one == next)
                .filter_map(move |run| {
                    let (begin, length) = (x, run.len());
                    x += length;
                    run[0].then_some(Run {
                        x: begin,
                        y,
                        length,
                    })
                });
            runs.collect::<Vec<_>>()
        })
    }

    /// An `<svg>` that scales, black on white with its quiet zone, for markup. `label` is what it is to
    /// whoever does not see it.
    #[must_use]
    pub fn svg(&self, label: &str) -> String {
        let side = self.width + 2 * QUIET_ZONE;
        let mut dark = String::new();
        for Run { x, y, length } in self.runs() {
            let (x, y) = (x + QUIET_ZONE, y + QUIET_ZONE);
            let _ = write!(dark, "M{x} {y}h{length}v1h-{length}z");
        }
        let label = escaped(label);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
             aria-label=\"{label}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" \
             d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{dark}\"/></svg>"
        )
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runs_are_exactly_the_dark_modules() {
        let qr = Qr::of("FR1.abc.def");
        let mut drawn = vec![false; qr.width * qr.width];
        for Run { x, y, length } in qr.runs() {
            for x in x..x + length {
                let module = &mut drawn[y * qr.width + x];
                assert!(!*module, "a module is drawn twice");
                *module = true;
            }
        }
        assert_eq!(drawn, qr.modules);
    }

    #[test]
    fn the_picture_has_its_quiet_zone_and_nothing_inline_but_attributes() {
        let qr = Qr::of("FR1.abc.def");
        let svg = qr.svg("Ticket <1> & \"2\"");
        let side = qr.width() + 8;
        assert!(
            svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")),
            "{svg}"
        );
        assert!(
            svg.contains("d=\"M4 4h7v1h-7z"),
            "the finder begins behind the quiet zone: {svg}"
        );
        assert!(
            svg.contains("aria-label=\"Ticket &lt;1&gt; &amp; &quot;2&quot;\""),
            "{svg}"
        );
        assert!(!svg.contains("style"), "{svg}");
    }
}
