//! A plan's areas: what is drawn and sells nothing, and what people look at.
//!
//! The focus is the middle of the first area whose words name a stage or a screen; else of the
//! only area; else the middle of the upper edge of all seats, for plans are drawn with the stage above.

use domain::manifest::{Placement, Point, Shape};
use serde::Deserialize;
use store::places::{Drawing, Label, Outline};

use super::faults::Faults;
use super::geometry::{angle, hundredths, turned};
use super::pretix::RawPosition;

/// Words for stage, platform and screen, lower case, in the languages of halls we know of.
const STAGE_WORDS: [&str; 32] = [
    "stage",
    "bühne",
    "buehne",
    "podium",
    "scène",
    "scene",
    "escenario",
    "tarima",
    "palco",
    "palcoscenico",
    "toneel",
    "scena",
    "scená",
    "scenă",
    "színpad",
    "sahne",
    "näyttämö",
    "lava",
    "σκηνή",
    "сцена",
    "במה",
    "مسرح",
    "舞台",
    "舞臺",
    "ステージ",
    "무대",
    "orchestra pit",
    "screen",
    "leinwand",
    "écran",
    "pantalla",
    "schermo",
];

/// Letters of a label without a size of its own: pretix draws 16 units.
const LABEL_SIZE_DEFAULT: f64 = 16.0;
const LABEL_CHARACTERS_MAX: usize = 200;
const POLYGON_POINTS_MAX: usize = 10_000;

/// An area as the file has it.
#[derive(Deserialize)]
#[serde(expecting = "an area")]
pub(super) struct RawArea {
    shape: Option<String>,
    position: Option<RawPosition>,
    rotation: Option<f64>,
    color: Option<String>,
    border_color: Option<String>,
    rectangle: Option<RawRectangle>,
    ellipse: Option<RawEllipse>,
    circle: Option<RawCircle>,
    polygon: Option<RawPolygon>,
    text: Option<RawText>,
}

#[derive(Deserialize)]
struct RawRectangle {
    width: f64,
    height: f64,
}

#[derive(Deserialize)]
struct RawEllipse {
    radius: RawPosition,
}

#[derive(Deserialize)]
struct RawCircle {
    radius: f64,
}

#[derive(Deserialize)]
struct RawPolygon {
    points: Vec<RawPosition>,
}

#[derive(Deserialize)]
struct RawText {
    text: Option<String>,
    color: Option<String>,
    size: Option<f64>,
    position: Option<RawPosition>,
}

/// How the focus was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FocusRule {
    NamedStage,
    OnlyArea,
    /// The middle of what the rows of a plan without a stage curve around.
    RowsCurve,
    UpperEdge,
}

/// The area as it is stored, or its fault.
pub(super) fn read(
    place: &str,
    area: &RawArea,
    zone: (f64, f64),
    faults: &mut Faults,
) -> Option<Drawing> {
    let origin = area.position.as_ref().map_or((0.0, 0.0), RawPosition::pair);
    let origin = (zone.0 + origin.0, zone.1 + origin.1);
    let turn = area.rotation.unwrap_or_default();
    let Some(outline) = outline(area, origin, turn) else {
        faults.add(
            place,
            "the area's shape is unknown, incomplete or absurdly large",
        );
        return None;
    };
    Some(Drawing {
        outline,
        color: color(area.color.as_deref()),
        border_color: color(area.border_color.as_deref()),
        label: area
            .text
            .as_ref()
            .and_then(|text| label(text, origin, turn)),
    })
}

/// What people look at, and by which rule.
pub(super) fn focus(areas: &[Drawing], seats: &Placement) -> (Point, FocusRule) {
    let upper_edge = Point {
        x: seats.position_x,
        y: seats.position_y - seats.size_y / 2,
    };
    let named = areas.iter().find(|area| names_stage(area)).and_then(middle);
    let only = if let [area] = areas {
        middle(area)
    } else {
        None
    };
    match (named, only) {
        (Some(point), _) => (point, FocusRule::NamedStage),
        (None, Some(point)) => (point, FocusRule::OnlyArea),
        (None, None) => (upper_edge, FocusRule::UpperEdge),
    }
}

/// Positions of rectangles are their corner, of ellipses and circles their middle; all turn around it.
fn outline(area: &RawArea, origin: (f64, f64), turn: f64) -> Option<Outline> {
    match area.shape.as_deref()? {
        "rectangle" => {
            let rectangle = area.rectangle.as_ref()?;
            let size = (rectangle.width, rectangle.height);
            let to_middle = turned((size.0 / 2.0, size.1 / 2.0), turn);
            figure(
                Shape::Rectangle,
                (origin.0 + to_middle.0, origin.1 + to_middle.1),
                size,
                turn,
            )
        }
        "ellipse" => {
            let radius = area.ellipse.as_ref()?.radius.pair();
            figure(
                Shape::Ellipse,
                origin,
                (radius.0 * 2.0, radius.1 * 2.0),
                turn,
            )
        }
        "circle" => {
            let diameter = area.circle.as_ref()?.radius * 2.0;
            figure(Shape::Ellipse, origin, (diameter, diameter), turn)
        }
        "polygon" => polygon(&area.polygon.as_ref()?.points, origin, turn),
        "text" => Some(Outline::None),
        _ => None,
    }
}

fn figure(shape: Shape, middle: (f64, f64), size: (f64, f64), turn: f64) -> Option<Outline> {
    if size.0 < 0.0 || size.1 < 0.0 {
        return None;
    }
    Some(Outline::Figure(Placement {
        position_x: hundredths(middle.0)?,
        position_y: hundredths(middle.1)?,
        rotation: angle(turn)?,
        shape,
        size_x: hundredths(size.0)?,
        size_y: hundredths(size.1)?,
    }))
}

fn polygon(points: &[RawPosition], origin: (f64, f64), turn: f64) -> Option<Outline> {
    if points.is_empty() || points.len() > POLYGON_POINTS_MAX {
        return None;
    }
    let points = points
        .iter()
        .map(|corner| point(corner.pair(), origin, turn));
    Some(Outline::Polygon {
        points: points.collect::<Option<_>>()?,
    })
}

fn point(offset: (f64, f64), origin: (f64, f64), turn: f64) -> Option<Point> {
    let offset = turned(offset, turn);
    Some(Point {
        x: hundredths(origin.0 + offset.0)?,
        y: hundredths(origin.1 + offset.1)?,
    })
}

/// Words are decoration: what cannot be printed is left out rather than refused.
fn label(text: &RawText, origin: (f64, f64), turn: f64) -> Option<Label> {
    let printable = text
        .text
        .as_deref()?
        .chars()
        .filter(|letter| !letter.is_control());
    let words: String = printable.take(LABEL_CHARACTERS_MAX).collect();
    if words.trim().is_empty() {
        return None;
    }
    let offset = text.position.as_ref().map_or((0.0, 0.0), RawPosition::pair);
    Some(Label {
        text: words.trim().to_owned(),
        position: point(offset, origin, turn)?,
        size: hundredths(text.size.unwrap_or(LABEL_SIZE_DEFAULT))?,
        color: color(text.color.as_deref()),
    })
}

/// Only `#rgb` and `#rrggbb`: a colour ends up in a page's style.
fn color(color: Option<&str>) -> Option<String> {
    let digits = color?.trim().strip_prefix('#')?;
    let is_color =
        matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_color.then(|| format!("#{}", digits.to_ascii_lowercase()))
}

fn names_stage(area: &Drawing) -> bool {
    area.label.as_ref().is_some_and(|label| {
        let words = label.text.to_lowercase();
        STAGE_WORDS.iter().any(|word| words.contains(word))
    })
}

fn middle(area: &Drawing) -> Option<Point> {
    match &area.outline {
        Outline::Figure(placement) => Some(Point {
            x: placement.position_x,
            y: placement.position_y,
        }),
        Outline::Polygon { points } => {
            let edge = |of: fn(&Point) -> i32| {
                let least = points.iter().map(of).min()?;
                let most = points.iter().map(of).max()?;
                Some(least.midpoint(most))
            };
            Some(Point {
                x: edge(|point| point.x)?,
                y: edge(|point| point.y)?,
            })
        }
        Outline::None => area.label.as_ref().map(|label| label.position),
    }
}
