//! How a ticket looks.

use super::{Occasion, PAGE_HEIGHT, PAGE_WIDTH, Ticket, Words};
use crate::canvas::{Canvas, Colour, Drawn, Path};
use crate::fonts::Weight;
use crate::qr::{QUIET_ZONE, Qr, Run};
use crate::structure::Role;
use crate::typeset::{self, Block, Room, Style};

const INK: Colour = Colour(0x16, 0x15, 0x1a);
const QUIET: Colour = Colour(0x5a, 0x58, 0x63);
const LINE: Colour = Colour(0xc9, 0xc5, 0xba);
const WASH: Colour = Colour(0xf5, 0xf3, 0xee);
const WHITE: Colour = Colour(0xff, 0xff, 0xff);
const ACCENT: Colour = Colour(0x3a, 0x2f, 0xd6);

const MARGIN: f32 = 40.0;
const CARD_WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN;
const STUB_WIDTH: f32 = 196.0;
const PADDING: f32 = 24.0;
const TEXT_WIDTH: f32 = CARD_WIDTH - STUB_WIDTH - 2.0 * PADDING;
const CORNER: f32 = 12.0;
const BAND: f32 = 7.0;
const NOTCH: f32 = 7.0;
const QR_SIDE: f32 = 164.0;
const CELL_PADDING: f32 = 12.0;

const LABEL: Style = Style {
    size: 7.0,
    weight: Weight::Bold,
    tracking: 0.09,
};
const SMALL: Style = Style::new(8.5, Weight::Regular);
const SMALL_STRONG: Style = Style::new(10.0, Weight::Bold);
const TEXT: Style = Style::new(10.5, Weight::Regular);
const STRONG: Style = Style::new(13.0, Weight::Bold);
const TITLE: Style = Style::new(25.0, Weight::Bold);
const PLACE: Style = Style::new(23.0, Weight::Bold);
const REFERENCE: Style = Style {
    size: 17.0,
    weight: Weight::Bold,
    tracking: 0.08,
};

const RULES_GAP: f32 = 28.0;
const RULES_WIDTH: f32 = (CARD_WIDTH - RULES_GAP) / 2.0;

/// Things one below the other: what, how far below the one before, in which colour.
struct Column {
    x: f32,
    y: f32,
    items: Vec<(f32, Block, Colour, Role)>,
}

/// A place's label and value.
struct Cell {
    x: f32,
    label: Block,
    value: Block,
}

pub(super) fn page(occasion: &Occasion, ticket: &Ticket) -> Drawn {
    let mut canvas = Canvas::new(PAGE_HEIGHT);
    let top = MARGIN;
    let left = MARGIN + PADDING;
    let head = head(occasion, ticket, left, top + BAND + 22.0);
    let cells = cells(&occasion.words, ticket, left);
    let band_top = head.bottom() + 18.0;
    let band_height = cells.iter().map(Cell::height).fold(0.0, f32::max) + 2.0 * CELL_PADDING;
    let foot_top = band_top + band_height + 16.0;
    let (holder, price) = foot(&occasion.words, ticket, left, foot_top);
    let stub_bottom = top + BAND + 24.0 + QR_SIDE + 130.0;
    let bottom = (holder.bottom().max(price.bottom()) + 22.0).max(stub_bottom);

    canvas.decoration(|canvas| {
        card(canvas, top, bottom);
        let band = Path::rectangle(
            left - CELL_PADDING,
            band_top,
            TEXT_WIDTH + 2.0 * CELL_PADDING,
            band_height,
        );
        canvas.fill(&[band], WASH);
    });
    head.draw(&mut canvas);
    for cell in &cells {
        cell.draw(&mut canvas, band_top + CELL_PADDING);
    }
    holder.draw(&mut canvas);
    price.draw(&mut canvas);
    stub(&mut canvas, occasion, ticket, top + BAND + 24.0);
    rules(&mut canvas, &occasion.words, bottom + 30.0);
    footer(&mut canvas, ticket);
    canvas.done()
}

/// What, by whom, when and where.
fn head(occasion: &Occasion, ticket: &Ticket, x: f32, y: f32) -> Column {
    let mut column = Column::new(x, y);
    column.add(
        0.0,
        typeset::line(&ticket.number, LABEL),
        ACCENT,
        Role::Paragraph,
    );
    let title = typeset::fit(&occasion.title, TITLE, room(TEXT_WIDTH, 3, 15.0));
    column.add(6.0, title, INK, Role::Heading);
    if !occasion.artists.is_empty() {
        let artists = typeset::fit(
            &occasion.artists.join(" · "),
            TEXT,
            room(TEXT_WIDTH, 3, 8.5),
        );
        column.add(3.0, artists, QUIET, Role::Paragraph);
    }
    column.label(16.0, &occasion.words.when);
    column.add(
        2.0,
        typeset::fit(&occasion.when, STRONG, room(TEXT_WIDTH, 1, 9.0)),
        INK,
        Role::Paragraph,
    );
    column.add(
        1.0,
        typeset::fit(&occasion.when_more, TEXT, room(TEXT_WIDTH, 2, 8.5)),
        INK,
        Role::Paragraph,
    );
    column.label(14.0, &occasion.words.place);
    column.add(
        2.0,
        typeset::fit(&occasion.venue, STRONG, room(TEXT_WIDTH, 2, 9.0)),
        INK,
        Role::Paragraph,
    );
    let address = occasion.address.join(", ");
    column.add(
        1.0,
        typeset::fit(&address, TEXT, room(TEXT_WIDTH, 3, 8.5)),
        INK,
        Role::Paragraph,
    );
    column
}

/// The place in large: section, row and seat; or the section alone.
fn cells(words: &Words, ticket: &Ticket, x: f32) -> Vec<Cell> {
    let narrow = 58.0;
    let gap = 16.0;
    let labels: Vec<(&str, &str)> = [(&words.row, &ticket.row), (&words.seat, &ticket.seat)]
        .into_iter()
        .filter_map(|(name, label)| label.as_deref().map(|label| (name.as_str(), label)))
        .collect();
    let (standing, choice) = &words.standing;
    let standing = labels
        .is_empty()
        .then_some((standing.as_str(), choice.as_str()));
    let widths = if standing.is_some() {
        2.0 * narrow
    } else {
        narrow
    };
    let labels: Vec<_> = labels.into_iter().chain(standing).collect();
    let taken = (widths + gap) * labels.len() as f32;
    let section = room(TEXT_WIDTH - taken, 2, 11.0);
    let mut cells = vec![Cell::new(x, &words.section, &ticket.section, section)];
    let mut left = x + TEXT_WIDTH - taken + gap;
    for (name, label) in labels {
        cells.push(Cell::new(left, name, label, room(widths, 1, 9.0)));
        left += widths + gap;
    }
    cells
}

/// Who, and for how much.
fn foot(words: &Words, ticket: &Ticket, x: f32, y: f32) -> (Column, Column) {
    let price_width = 96.0;
    let width = TEXT_WIDTH - price_width - 14.0;
    let mut holder = Column::new(x, y);
    holder.label(0.0, &words.holder);
    let name = if ticket.holder.is_empty() {
        &words.anybody
    } else {
        &ticket.holder
    };
    holder.add(
        2.0,
        typeset::fit(name, STRONG, room(width, 3, 8.0)),
        INK,
        Role::Paragraph,
    );
    let mut price = Column::new(x + width + 14.0, y);
    price.label(0.0, &words.price);
    price.add(
        2.0,
        typeset::fit(&ticket.price, STRONG, room(price_width, 1, 8.0)),
        INK,
        Role::Paragraph,
    );
    (holder, price)
}

/// The card's outline with its band, and the perforation before the stub.
fn card(canvas: &mut Canvas, top: f32, bottom: f32) {
    let (left, right) = (MARGIN, MARGIN + CARD_WIDTH);
    let tear = right - STUB_WIDTH;
    let band = Path::default()
        .to(left, top + CORNER)
        .round(left, top, left + CORNER, top)
        .to(right - CORNER, top)
        .round(right, top, right, top + CORNER)
        .to(right, top + BAND + CORNER)
        .round(right, top + BAND, right - CORNER, top + BAND)
        .to(left + CORNER, top + BAND)
        .round(left, top + BAND, left, top + BAND + CORNER);
    canvas.fill(&[band], ACCENT);
    let outline = Path::default()
        .to(left, top + CORNER)
        .round(left, top, left + CORNER, top)
        .to(right - CORNER, top)
        .round(right, top, right, top + CORNER)
        .to(right, bottom - CORNER)
        .round(right, bottom, right - CORNER, bottom)
        .to(tear + NOTCH, bottom)
        .round(tear + NOTCH, bottom - NOTCH, tear, bottom - NOTCH)
        .round(tear - NOTCH, bottom - NOTCH, tear - NOTCH, bottom)
        .to(left + CORNER, bottom)
        .round(left, bottom, left, bottom - CORNER)
        .to(left, top + CORNER);
    canvas.stroke(&outline, 0.8, LINE);
    canvas.dashes(
        (tear, top + BAND + 8.0),
        (tear, bottom - NOTCH - 6.0),
        3.0,
        LINE,
    );
}

/// The code, and what staff type if it cannot be read.
fn stub(canvas: &mut Canvas, occasion: &Occasion, ticket: &Ticket, top: f32) {
    let middle = MARGIN + CARD_WIDTH - STUB_WIDTH / 2.0;
    let words = &occasion.words;
    let name = format!("{}: {}", words.code, ticket.code);
    canvas.part(Role::Figure, Some(&name), |canvas| {
        code(canvas, &ticket.code, middle - QR_SIDE / 2.0, top);
    });
    let width = STUB_WIDTH - 2.0 * CELL_PADDING;
    let mut y = top + QR_SIDE + 8.0;
    for (gap, block, colour) in [
        (0.0, typeset::line(&words.order, LABEL), QUIET),
        (1.0, typeset::line(&occasion.pnr, REFERENCE), INK),
        (
            10.0,
            typeset::fit(&ticket.section, SMALL_STRONG, room(width, 2, 8.0)),
            INK,
        ),
        (
            0.0,
            typeset::fit(&ticket.stub, SMALL_STRONG, room(width, 1, 8.0)),
            INK,
        ),
        (
            6.0,
            typeset::fit(&words.show_code, SMALL, room(width, 2, 7.0)),
            QUIET,
        ),
    ] {
        if block.lines.is_empty() {
            continue;
        }
        y += gap;
        canvas.part(Role::Paragraph, None, |canvas| {
            canvas.centred(middle, y, &block, colour);
        });
        y += block.height();
    }
}

/// One filled path, so that no hairlines show between its rows; white below it, for its quiet zone.
fn code(canvas: &mut Canvas, code: &str, x: f32, y: f32) {
    let qr = Qr::of(code);
    let module = QR_SIDE / (qr.width() + 2 * QUIET_ZONE) as f32;
    let at = |place: usize| (place + QUIET_ZONE) as f32 * module;
    canvas.fill(&[Path::rectangle(x, y, QR_SIDE, QR_SIDE)], WHITE);
    let dark = qr.runs().map(|run: Run| {
        Path::rectangle(
            x + at(run.x),
            y + at(run.y),
            run.length as f32 * module,
            module,
        )
    });
    canvas.fill(&dark.collect::<Vec<_>>(), Colour(0, 0, 0));
}

/// In two columns below the card.
fn rules(canvas: &mut Canvas, words: &Words, top: f32) {
    let mut heading = Column::new(MARGIN, top);
    heading.label(0.0, &words.rules_heading);
    let top = heading.bottom() + 5.0;
    heading.draw(canvas);
    let (first, second) = words.rules.split_at(words.rules.len().div_ceil(2));
    for (rules, x) in [(first, MARGIN), (second, MARGIN + RULES_WIDTH + RULES_GAP)] {
        let mut column = Column::new(x, top);
        for rule in rules {
            let rule = typeset::fit(rule, SMALL, room(RULES_WIDTH, 6, 7.0));
            column.add(6.0, rule, QUIET, Role::Paragraph);
        }
        column.draw(canvas);
    }
}

fn footer(canvas: &mut Canvas, ticket: &Ticket) {
    let mut column = Column::new(MARGIN, PAGE_HEIGHT - MARGIN);
    column.add(
        0.0,
        typeset::line(&ticket.footer, Style::new(7.0, Weight::Regular)),
        QUIET,
        Role::Paragraph,
    );
    column.draw(canvas);
}

fn room(width: f32, lines: usize, size_min: f32) -> Room {
    Room {
        width,
        lines,
        size_min,
        lines_max: 12,
    }
}

impl Column {
    fn new(x: f32, y: f32) -> Self {
        Self {
            x,
            y,
            items: Vec::new(),
        }
    }

    fn add(&mut self, gap: f32, block: Block, colour: Colour, role: Role) {
        self.items.push((gap, block, colour, role));
    }

    fn label(&mut self, gap: f32, text: &str) {
        self.add(gap, typeset::line(text, LABEL), QUIET, Role::Paragraph);
    }

    fn bottom(&self) -> f32 {
        let heights = self
            .items
            .iter()
            .map(|(gap, block, ..)| gap + block.height());
        self.y + heights.sum::<f32>()
    }

    fn draw(&self, canvas: &mut Canvas) {
        let mut y = self.y;
        for (gap, block, colour, role) in &self.items {
            y += gap;
            canvas.part(*role, None, |canvas| {
                canvas.block(self.x, y, block, *colour)
            });
            y += block.height();
        }
    }
}

impl Cell {
    fn new(x: f32, label: &str, value: &str, room: Room) -> Self {
        Self {
            x,
            label: typeset::line(label, LABEL),
            value: typeset::fit(value, PLACE, room),
        }
    }

    fn height(&self) -> f32 {
        self.label.height() + 2.0 + self.value.height()
    }

    fn draw(&self, canvas: &mut Canvas, y: f32) {
        canvas.part(Role::Paragraph, None, |canvas| {
            canvas.block(self.x, y, &self.label, QUIET);
            canvas.block(self.x, y + self.label.height() + 2.0, &self.value, INK);
        });
    }
}
