// clean.rs - uses what Rust's library keeps until the end, and leaks nothing; with an argument
// it leaks two blocks.
use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::sync::{mpsc, Arc, Mutex};
use std::thread;

#[inline(never)]
fn leak() {
    let text: &'static mut String = Box::leak(Box::new(String::from("leaked")));
    text.push_str(" and grown");
}

fn main() {
    let map = Arc::new(Mutex::new(HashMap::new()));
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..4)
        .map(|i| {
            let (map, sender) = (map.clone(), sender.clone());
            let run = move || {
                map.lock().unwrap().insert(i, format!("value {}", i));
                sender.send(i).unwrap();
            };
            thread::Builder::new().name(format!("worker {}", i)).spawn(run).unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    drop(sender);
    println!("{}", receiver.iter().sum::<i32>());
    std::io::stdin().lock().lines().count();
    eprintln!("{}", std::panic::catch_unwind(|| panic!("expected")).is_err());
    println!("{}", std::fs::read_to_string("/proc/self/maps").unwrap().len() > 0);
    std::io::stdout().flush().unwrap();
    if std::env::args().count() > 1 {
        leak();
    }
}
