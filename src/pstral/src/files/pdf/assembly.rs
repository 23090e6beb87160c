//! Pages, letters and facts as one PDF file (ISO 32000-1).

use jiff::Timestamp;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Date, Filter, Finish as _, Name, Pdf, Rect, Ref, Settings, Str, TextStr};

use super::letters::Letters;
use super::page::{Book, FAMILY, HEIGHT, Image, MARGIN, Page, QUIET, Style, WIDTH, blank, compressed, draw, name_of};
use crate::files::font::FONT;

const FONT_NAME: Name<'static> = Name(b"PSTRAL+DejaVuSans");
const IDENTITY: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
const FOOT: Style = Style { size: 8.0, colour: QUIET, bold: false };

/// The metadata of the file.
pub(super) struct Facts<'a> {
    pub(super) title: &'a str,
    pub(super) language: &'a str,
    pub(super) author: &'a str,
    pub(super) made_at: Timestamp,
}

/// The objects of the file that others refer to.
struct Names {
    pages: Ref,
    font: Ref,
    images: Vec<Ref>,
    last: Ref,
}

impl Names {
    fn next(&mut self) -> Ref {
        self.last.bump()
    }
}

/// The whole file. `last_line` is what stands at the end of a page of so many.
pub(super) fn assemble(book: Book, facts: &Facts<'_>, last_line: impl Fn(usize, usize) -> String) -> Vec<u8> {
    let Book { pages, images, mut letters } = book;
    let mut pdf = Pdf::with_settings(Settings { pretty: false });
    let mut last = Ref::new(1);
    let (root, tree, font) = (last.bump(), last.bump(), last.bump());
    let mut names = Names { pages: tree, font, images: Vec::new(), last };
    let mut catalog = pdf.catalog(root);
    catalog.pages(tree).lang(TextStr(facts.language));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.finish();
    about(&mut pdf, names.next(), facts);
    for one in &images {
        let id = image(&mut pdf, &mut names, one);
        names.images.push(id);
    }
    let mut kids = Vec::with_capacity(pages.len());
    for (at, one) in pages.iter().enumerate() {
        let said = last_line(at + 1, pages.len());
        kids.push(page(&mut pdf, &mut names, one, &mut letters, &said));
    }
    let count = i32::try_from(kids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(kids).count(count);
    embed(&mut pdf, &mut names, &letters);
    pdf.finish()
}

fn about(pdf: &mut Pdf, id: Ref, facts: &Facts<'_>) {
    let made = facts.made_at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    let date = Date::new(u16::try_from(made.year()).unwrap_or_default())
        .month(part(made.month()))
        .day(part(made.day()))
        .hour(part(made.hour()))
        .minute(part(made.minute()))
        .second(part(made.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    let mut info = pdf.document_info(id);
    info.title(TextStr(facts.title)).author(TextStr(facts.author)).producer(TextStr("Pstral")).creation_date(date);
}

fn image(pdf: &mut Pdf, names: &mut Names, image: &Image) -> Ref {
    let id = names.next();
    let pixels = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let mut written = pdf.image_xobject(id, &image.pixels);
    written.width(pixels(image.width)).height(pixels(image.height));
    written.color_space().device_rgb();
    written.bits_per_component(8);
    written.filter(Filter::FlateDecode);
    id
}

fn page(pdf: &mut Pdf, names: &mut Names, one: &Page, letters: &mut Letters, foot: &str) -> Ref {
    let (page, body, end) = (names.next(), names.next(), names.next());
    let mut written = pdf.page(page);
    written.parent(names.pages).media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).contents_array([body, end]);
    let mut resources = written.resources();
    resources.fonts().pair(FAMILY, names.font);
    if !one.images.is_empty() {
        let mut pictures = resources.x_objects();
        for (number, id) in one.images.iter().filter_map(|number| Some((*number, names.images.get(*number)?))) {
            pictures.pair(Name(name_of(number).as_bytes()), *id);
        }
    }
    resources.finish();
    written.finish();
    pdf.stream(body, &one.content).filter(Filter::FlateDecode);
    let mut line = blank();
    let left = WIDTH - MARGIN - letters.width(foot, FOOT.size);
    draw(&mut line, letters, foot, (left, MARGIN - 24.0), FOOT);
    pdf.stream(end, &compressed(&line.finish())).filter(Filter::FlateDecode);
    page
}

/// The font with a name of its own for each letter used: which glyph it is, how wide, and which character.
fn embed(pdf: &mut Pdf, names: &mut Names, letters: &Letters) {
    let (descendant, descriptor, file) = (names.next(), names.next(), names.next());
    let (glyphs, characters) = (names.next(), names.next());
    let mut font = pdf.type0_font(names.font);
    font.base_font(FONT_NAME).encoding_predefined(Name(b"Identity-H"));
    font.descendant_font(descendant).to_unicode(characters);
    font.finish();
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type2).base_font(FONT_NAME).system_info(IDENTITY).font_descriptor(descriptor);
    cid.cid_to_gid_map_stream(glyphs).default_width(600.0);
    cid.widths().consecutive(1, letters.named().map(|(_, _, width)| width));
    cid.finish();
    describe(pdf, descriptor, file, letters);
    let raw = i32::try_from(FONT.len()).unwrap_or(i32::MAX);
    pdf.stream(file, &compressed(FONT)).filter(Filter::FlateDecode).pair(Name(b"Length1"), raw);
    let mut map = vec![0, 0];
    let mut unicode = UnicodeCmap::new(Name(b"Pstral"), IDENTITY);
    for (name, (c, glyph, _)) in (1..=u16::MAX).zip(letters.named()) {
        map.extend(glyph.to_be_bytes());
        unicode.pair(name, c);
    }
    pdf.stream(glyphs, &compressed(&map)).filter(Filter::FlateDecode);
    pdf.cmap(characters, &compressed(&unicode.finish())).filter(Filter::FlateDecode);
}

fn describe(pdf: &mut Pdf, id: Ref, file: Ref, letters: &Letters) {
    let face = letters.face();
    let scaled = |units: i16| f32::from(units) * 1000.0 / f32::from(face.units_per_em());
    let bounds = face.global_bounding_box();
    let bbox = Rect::new(scaled(bounds.x_min), scaled(bounds.y_min), scaled(bounds.x_max), scaled(bounds.y_max));
    let mut descriptor = pdf.font_descriptor(id);
    descriptor.name(FONT_NAME).flags(FontFlags::SYMBOLIC).bbox(bbox).italic_angle(0.0);
    descriptor.ascent(scaled(face.ascender())).descent(scaled(face.descender()));
    descriptor.cap_height(scaled(face.capital_height().unwrap_or(face.ascender()))).stem_v(80.0).font_file2(file);
}
