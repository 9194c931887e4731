// Panics thrown through frames that carry return stubs: caught, rethrown, in threads, out
// of a drop while another is handled; destructors run exactly once.
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};

static DROPS: AtomicUsize = AtomicUsize::new(0);

struct Noted(Vec<u8>);
impl Drop for Noted {
    fn drop(&mut self) {
        let copy = self.0.clone(); // allocates while the stack is unwound
        DROPS.fetch_add(copy.len(), Ordering::Relaxed);
    }
}

#[inline(never)]
fn down(depth: usize, boxes: &mut Vec<Box<[u64]>>) -> usize {
    let noted = Noted(vec![0; 1]);
    boxes.push(vec![depth as u64; depth + 1].into_boxed_slice());
    if depth == 0 {
        panic!("at the bottom with {} boxes", boxes.len());
    }
    let below = down(depth - 1, boxes);
    std::hint::black_box(&noted);
    below + 1
}

#[inline(never)]
fn rethrow(depth: usize) {
    let caught = panic::catch_unwind(|| down(depth, &mut Vec::new())).unwrap_err();
    let _noted = Noted(vec![0; 3]);
    panic::resume_unwind(caught);
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let mut total = 0usize;
    for round in 0..200 {
        let mut boxes = Vec::new();
        let result = panic::catch_unwind(AssertUnwindSafe(|| down(round % 40, &mut boxes)));
        total += result.unwrap_err().downcast_ref::<String>().unwrap().len() + boxes.len();
        let result = panic::catch_unwind(|| rethrow(round % 7));
        total += result.unwrap_err().downcast_ref::<String>().unwrap().len();
    }
    let threads: Vec<_> = (0..8)
        .map(|depth| std::thread::spawn(move || down(depth * 3, &mut Vec::new())))
        .collect();
    for thread in threads {
        total += thread.join().unwrap_err().downcast_ref::<String>().unwrap().len();
    }
    println!("{} {}", total, DROPS.load(Ordering::Relaxed));
}
