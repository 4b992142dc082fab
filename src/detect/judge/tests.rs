//! That the table of weights is in order.

use super::*;

#[test]
fn the_weights_stand_in_the_order_of_the_features() {
    for (i, weight) in WEIGHTS.iter().enumerate() {
        assert_eq!(weight.feature as usize, i);
    }
}
