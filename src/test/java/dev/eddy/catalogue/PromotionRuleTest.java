package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromotionRuleTest {
    @Test
    void shouldReadWhatItWrites() {
        PromotionRule rule = PromotionRule.parse("mae < 0.95 * champion over 100,000");
        assertThat(rule).isEqualTo(new PromotionRule(PromotionRule.Metric.MAE, 0.95, 100_000));
        assertThat(PromotionRule.parse(rule.toString())).isEqualTo(rule);
        assertThat(PromotionRule.parse("nll<champion over 10").factor()).isEqualTo(1);
        assertThat(PromotionRule.parse(" error < .5*champion over 1_000 ").over())
                .isEqualTo(1_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mae",
                "mae < champion",
                "mae > 0.9 * champion over 10",
                "rmse < champion over 10",
                "mae < 0 * champion over 10",
                "mae < 0.9 * champion over 0",
                "mae < -1 * champion over 5"
            })
    void shouldRefuseAnythingElse(String text) {
        assertThatThrownBy(() -> PromotionRule.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNotPromoteOnATieOrOnNothing() {
        PromotionRule rule = PromotionRule.parse("mae < champion over 10");
        assertThat(rule.promotes(0.9, 1)).isTrue();
        assertThat(rule.promotes(1, 1)).isFalse();
        assertThat(rule.promotes(Double.NaN, 1)).isFalse();
        assertThat(rule.promotes(0.5, Double.NaN)).isFalse();
    }
}
