//! A chart from margin to margin, in as many parts as it takes pages.

use super::page::{Image, Pages, ROOM, compressed};
use crate::files::chart::Picture;

/// Pixels of a part at most: a page has room for it.
const TALLEST: u32 = 1_800;
/// Pixels above that, among which a taller picture is cut where it is emptiest.
const SOUGHT: u32 = 80;
/// Bytes of a pixel.
const PIXEL: usize = 3;

pub(super) fn draw(pages: &mut Pages, picture: &Picture) {
    let mut top = 0;
    while top < picture.height {
        let left = picture.height - top;
        let height = if left <= TALLEST { left } else { emptiest(picture, top) - top };
        #[expect(clippy::cast_precision_loss, reason = "some thousand pixels")]
        let points = height as f32 * ROOM / picture.width as f32;
        let (from, to) = (line(picture, top).start, line(picture, top + height - 1).end);
        let pixels = compressed(&picture.pixels[from..to]);
        pages.picture(Image { pixels, width: picture.width, height }, points);
        top += height;
    }
}

/// The line with the least drawn on it, so that no label is cut.
fn emptiest(picture: &Picture, top: u32) -> u32 {
    let card = &picture.pixels[..PIXEL];
    let drawn = |at: &u32| picture.pixels[line(picture, *at)].chunks(PIXEL).filter(|pixel| *pixel != card).count();
    let last = top + TALLEST;
    (last - SOUGHT..=last).min_by_key(drawn).unwrap_or(last)
}

/// Returns the byte range of a line's pixels.
fn line(picture: &Picture, at: u32) -> std::ops::Range<usize> {
    let length = picture.width as usize * PIXEL;
    let from = at as usize * length;
    from..from + length
}
