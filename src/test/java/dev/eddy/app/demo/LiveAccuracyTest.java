package dev.eddy.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class LiveAccuracyTest {
    private final LiveAccuracy accuracy = new LiveAccuracy(4);

    @Test
    void shouldKeepOneFigureForEachVersion() {
        add("m@1", true, false);
        add("m@2", true);

        assertThat(accuracy.all()).containsExactly(entry("m@1", 0.5), entry("m@2", 1.0));
        assertThat(accuracy.of("m@1")).hasValue(0.5);
    }

    @Test
    void shouldForgetWhatIsOutOfTheWindow() {
        add("m@1", false, false, false, true, true, true);

        assertThat(accuracy.of("m@1")).hasValue(0.75);
    }

    @Test
    void shouldHaveNoFigureForAModelThatHasPredictedNothing() {
        assertThat(accuracy.of("m@3")).isEmpty();
        assertThat(accuracy.all()).isEmpty();
    }

    private void add(String model, boolean... outcomes) {
        for (boolean correct : outcomes) {
            accuracy.add(new TagLine(0, "pump-001", 1, "leak", 0.9, correct ? "leak" : "normal", model));
        }
    }
}
