// rounds.rs - rounds COUNT: panics through three frames that carry stubs, caught, so often.
use std::panic;

#[inline(never)]
fn inner(depth: usize) -> usize {
    let block = vec![depth; 3];
    if depth == 0 {
        panic::resume_unwind(Box::new(block.len()));
    }
    let below = inner(depth - 1);
    std::hint::black_box(&block);
    below + 1
}

#[inline(never)]
fn round_of() -> usize {
    let caught = panic::catch_unwind(|| inner(2)).unwrap_err();
    *caught.downcast_ref::<usize>().unwrap()
}

fn main() {
    let count: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let mut landed = 0;
    for _ in 0..count {
        landed += (round_of() == 3) as usize;
    }
    println!("{}", if landed == count { "right" } else { "wrong" });
}
