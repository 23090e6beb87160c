//! Tests with values that no server sends: truncated, or with wrong lengths.

use super::Shape;

#[test]
fn odd_bytes_are_read_to_their_end_and_no_further() {
    let number = |number: i32| number.to_be_bytes();
    let long = [number(1), number(0), number(25), number(i32::MAX), number(1), number(i32::MAX)].concat();
    let deep = [number(i32::MAX), number(0), number(25)].concat();
    let samples: [&[u8]; 6] = [&[], &[0], &[255; 3], &[255; 64], &long, &deep];
    let shapes = (0..5000).filter_map(Shape::of_number);
    for shape in shapes {
        for sample in samples {
            let read = shape.value(sample, 100);
            assert!(read.is_none_or(|value| value.weight() < 2000), "{shape:?} of {sample:?}");
        }
    }
}
