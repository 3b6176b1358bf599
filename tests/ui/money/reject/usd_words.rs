use fastroai::usd;

fn main() {
    let _ = usd!("5 cents");
    let _ = usd!("0.0000000000001");
}
