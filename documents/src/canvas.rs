//! A page that is drawn from the top left corner, in points, and remembers what its parts are.

use std::collections::BTreeSet;
use std::collections::btree_map::BTreeMap;

use printpdf::{
    Codepoint, Color, DictItem, FontId, Line, LineDashPattern, LinePoint, Op, PaintMode,
    PdfFontHandle, Point, Polygon, PolygonRing, Pt, Rgb, TextItem, TextMatrix, TextRenderingMode,
    WindingOrder,
};

use crate::fonts::{Face, Weight};
use crate::structure::{Part, Role};
use crate::typeset::{Block, Line as TextLine, Style};

/// How much a font without a bold face is thickened where it should be bold, in em.
const THICKENING: f32 = 0.035;
/// Where a line's baseline lies below its top, as a part of the leading.
const BASELINE: f32 = 0.78;
/// How far the handles of a quarter of a circle lie from its ends, as a part of the radius.
const QUARTER: f32 = 0.552_285;

/// A colour by its three bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// A page under way.
pub struct Canvas {
    height: f32,
    operations: Vec<Op>,
    parts: Vec<Part>,
    faces: BTreeSet<Face>,
}

/// A page that is done.
pub struct Drawn {
    pub operations: Vec<Op>,
    pub parts: Vec<Part>,
    /// The fonts it needs.
    pub faces: BTreeSet<Face>,
}

/// A closed or open line, point by point.
#[derive(Debug, Clone, Default)]
pub struct Path {
    points: Vec<(f32, f32, bool)>,
}

/// The name of a font within the document.
pub fn font_id(face: Face) -> FontId {
    FontId(face.name().to_owned())
}

impl Path {
    pub fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Self {
        let (right, bottom) = (x + width, y + height);
        Self::default()
            .to(x, y)
            .to(right, y)
            .to(right, bottom)
            .to(x, bottom)
    }

    pub fn to(mut self, x: f32, y: f32) -> Self {
        self.points.push((x, y, false));
        self
    }

    /// A quarter of a circle from where the path is to `(x, y)`, round the corner at `(corner_x, corner_y)`.
    pub fn round(mut self, corner_x: f32, corner_y: f32, x: f32, y: f32) -> Self {
        let (from_x, from_y, _) = *self.points.last().expect("a path begins with a point");
        let towards = |from: f32, to: f32| from + (to - from) * QUARTER;
        let handles = [
            (towards(from_x, corner_x), towards(from_y, corner_y)),
            (towards(x, corner_x), towards(y, corner_y)),
        ];
        self.points.extend(handles.map(|(x, y)| (x, y, true)));
        self.to(x, y)
    }
}

impl Canvas {
    pub fn new(height: f32) -> Self {
        Self {
            height,
            operations: Vec::new(),
            parts: Vec::new(),
            faces: BTreeSet::new(),
        }
    }

    pub fn done(self) -> Drawn {
        Drawn {
            operations: self.operations,
            parts: self.parts,
            faces: self.faces,
        }
    }

    /// Draws something that belongs to the document's text.
    pub fn part(&mut self, role: Role, alternative: Option<&str>, draw: impl FnOnce(&mut Self)) {
        let number = i64::try_from(self.parts.len()).unwrap_or(i64::MAX);
        self.parts.push(Part {
            role,
            alternative: alternative.map(str::to_owned),
        });
        let mark = BTreeMap::from([("MCID".to_owned(), DictItem::Int(number))]);
        self.marked(role.tag(), DictItem::Dict { map: mark }, draw);
    }

    /// Draws what is mere decoration.
    pub fn decoration(&mut self, draw: impl FnOnce(&mut Self)) {
        self.operations.push(Op::BeginMarkedContent {
            tag: "Artifact".to_owned(),
        });
        draw(self);
        self.operations.push(Op::EndMarkedContent);
    }

    /// Lines of text whose first one has its top at `y`.
    pub fn block(&mut self, x: f32, y: f32, block: &Block, colour: Colour) {
        for (line, number) in block.lines.iter().zip(0_u8..) {
            let baseline = y + block.leading * (f32::from(number) + BASELINE);
            self.line(x, baseline, line, block.style, colour);
        }
    }

    /// The block with its lines centred about `x`.
    pub fn centred(&mut self, x: f32, y: f32, block: &Block, colour: Colour) {
        for (line, number) in block.lines.iter().zip(0_u8..) {
            let baseline = y + block.leading * (f32::from(number) + BASELINE);
            let left = x - line.width * block.style.size / 2.0;
            self.line(left, baseline, line, block.style, colour);
        }
    }

    pub fn fill(&mut self, paths: &[Path], colour: Colour) {
        self.operations
            .push(Op::SetFillColor { col: colour.into() });
        self.polygon(paths, PaintMode::Fill);
    }

    pub fn stroke(&mut self, path: &Path, width: f32, colour: Colour) {
        self.pen(width, colour);
        self.polygon(std::slice::from_ref(path), PaintMode::Stroke);
    }

    /// A dashed line.
    pub fn dashes(&mut self, from: (f32, f32), to: (f32, f32), dash: f32, colour: Colour) {
        self.pen(0.8, colour);
        self.operations.push(Op::SetLineDashPattern {
            dash: LineDashPattern::new(0.0, &[dash, dash]),
        });
        let points = [from, to].map(|(x, y)| self.point(x, y, false)).to_vec();
        self.operations.push(Op::DrawLine {
            line: Line {
                points,
                is_closed: false,
            },
        });
        self.operations.push(Op::SetLineDashPattern {
            dash: LineDashPattern::solid(),
        });
    }

    fn pen(&mut self, width: f32, colour: Colour) {
        self.operations
            .push(Op::SetOutlineColor { col: colour.into() });
        self.operations
            .push(Op::SetOutlineThickness { pt: Pt(width) });
    }

    fn polygon(&mut self, paths: &[Path], mode: PaintMode) {
        let ring = |path: &Path| PolygonRing {
            points: path
                .points
                .iter()
                .map(|&(x, y, bezier)| self.point(x, y, bezier))
                .collect(),
        };
        let polygon = Polygon {
            rings: paths.iter().map(ring).collect(),
            mode,
            winding_order: WindingOrder::NonZero,
        };
        self.operations.push(Op::DrawPolygon { polygon });
    }

    fn point(&self, x: f32, y: f32, bezier: bool) -> LinePoint {
        LinePoint {
            p: Point {
                x: Pt(x),
                y: Pt(self.height - y),
            },
            bezier,
        }
    }

    fn marked(&mut self, tag: &str, properties: DictItem, draw: impl FnOnce(&mut Self)) {
        self.operations.push(Op::BeginMarkedContentWithProperties {
            tag: tag.to_owned(),
            properties,
        });
        draw(self);
        self.operations.push(Op::EndMarkedContent);
    }

    /// Where glyphs do not tell what the line says, the line says it itself.
    fn line(&mut self, x: f32, baseline: f32, line: &TextLine, style: Style, colour: Colour) {
        self.operations
            .push(Op::SetFillColor { col: colour.into() });
        if line.is_plain() {
            return self.glyphs(x, baseline, line, style, colour);
        }
        let text = BTreeMap::from([("ActualText".to_owned(), utf16(&line.text))]);
        self.marked("Span", DictItem::Dict { map: text }, |canvas| {
            canvas.glyphs(x, baseline, line, style, colour);
        });
    }

    fn glyphs(&mut self, x: f32, baseline: f32, line: &TextLine, style: Style, colour: Colour) {
        self.operations.push(Op::StartTextSection);
        for run in &line.runs {
            self.faces.insert(run.face);
            self.operations.push(Op::SetFont {
                font: PdfFontHandle::External(font_id(run.face)),
                size: Pt(style.size),
            });
            let is_thickened = style.weight == Weight::Bold && !run.face.is_first();
            if is_thickened {
                self.pen(style.size * THICKENING, colour);
                self.rendering(TextRenderingMode::FillStroke);
            }
            for glyph in &run.glyphs {
                let place = (
                    Pt(x + glyph.x * style.size),
                    Pt(self.height - baseline + glyph.y * style.size),
                );
                self.operations.push(Op::SetTextMatrix {
                    matrix: TextMatrix::Translate(place.0, place.1),
                });
                let glyph = Codepoint {
                    gid: glyph.id,
                    offset: 0.0,
                    cid: glyph.says.clone(),
                };
                self.operations.push(Op::ShowText {
                    items: vec![TextItem::GlyphIds(vec![glyph])],
                });
            }
            if is_thickened {
                self.rendering(TextRenderingMode::Fill);
            }
        }
        self.operations.push(Op::EndTextSection);
    }

    fn rendering(&mut self, mode: TextRenderingMode) {
        self.operations.push(Op::SetTextRenderingMode { mode });
    }
}

impl From<Colour> for Color {
    fn from(Colour(red, green, blue): Colour) -> Self {
        let [red, green, blue] = [red, green, blue].map(|byte| f32::from(byte) / 255.0);
        Self::Rgb(Rgb::new(red, green, blue, None))
    }
}

/// A text string of PDF: UTF-16 with its mark, written in hexadecimal.
fn utf16(text: &str) -> DictItem {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    DictItem::String {
        data: units.flat_map(u16::to_be_bytes).collect(),
        literal: false,
    }
}
