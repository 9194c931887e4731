// serde: structures to JSON and back, values of any kind, and errors half way.
//
// LLVM merges the arms of a parser's match, which call functions that are all inlined: which of
// them allocates is then not known for half of the blocks; class and owner are.
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::hint::black_box;

#[derive(Serialize, Deserialize, Clone)]
struct Item {
    name: String,
    tags: Vec<String>,
    price: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Event {
    Bought { item: Item, count: u32 },
    Moved { from: String, to: String },
    Nothing,
}

#[derive(Serialize, Deserialize, Default)]
struct Store {
    items: BTreeMap<String, Item>,
    log: Vec<String>,
}

fn make_item(number: usize) -> Item {
    Item {
        name: format!("item {}", number % 20),
        tags: (0..number % 4).map(|i| format!("tag {}", i)).collect(),
        price: number as f64 * 0.25,
    }
}

fn make_event(number: usize) -> Event {
    match number % 3 {
        0 => Event::Bought { item: make_item(number), count: 3 },
        1 => Event::Moved { from: "here".to_string(), to: format!("there {}", number) },
        _ => Event::Nothing,
    }
}

fn apply(store: &mut Store, event: Event) {
    match event {
        Event::Bought { item, count } => {
            store.log.push(format!("{} x {}", count, item.name));
            store.items.insert(item.name.clone(), item);
        }
        Event::Moved { from, to } => store.log.push(from + " -> " + &to),
        Event::Nothing => {}
    }
    if store.log.len() > 40 {
        store.log.drain(..20);
    }
}

fn there_and_back(store: &mut Store, number: usize) -> serde_json::Result<()> {
    let text = serde_json::to_string(&make_event(number))?;
    let text = if number % 10 == 9 { text.replace('}', "]") } else { text };
    let event: Event = serde_json::from_str(&text)?;
    apply(store, event);
    Ok(())
}

fn any_value(number: usize) -> usize {
    let text = format!("{{\"a\": [{}, 2, \"three\"], \"b\": {{\"c\": null, \"d\": \"\\u0041x\"}}}}", number);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value["a"].as_array().map_or(0, |all| all.len()) + value["b"].to_string().len()
}

fn main() {
    let mut store = Store::default();
    let mut failed = 0;
    for number in 0..600 {
        if let Err(why) = there_and_back(&mut store, number) {
            failed += why.to_string().len();
        }
        black_box(any_value(number));
        if number % 50 == 0 {
            let whole = serde_json::to_vec_pretty(&store).unwrap();
            store = serde_json::from_slice(&whole).unwrap();
        }
    }
    black_box(failed);
}
