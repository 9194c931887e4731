// The standard library says which thread has overflowed its stack.
fn descend(depth: u64) -> u64 {
    let room = [depth; 64];
    descend(depth + 1) + room[(depth % 64) as usize]
}

fn main() {
    if std::env::args().nth(1).unwrap() == "thread" {
        let thread = std::thread::Builder::new().name("deep".into());
        thread.spawn(|| println!("{}", descend(0))).unwrap().join().unwrap();
    } else {
        println!("{}", descend(0));
    }
}
