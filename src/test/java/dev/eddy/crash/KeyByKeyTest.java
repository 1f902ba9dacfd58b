package dev.eddy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two references of the crash test against each other, without a broker: for many sequences, few and long, short and many. */
class KeyByKeyTest {
    @ParameterizedTest
    @CsvSource({"16000, 30, 11", "16000, 500, 12", "16000, 5000, 13", "8000, 3, 14"})
    void shouldBeWhatTheStreamAnswers(int events, int keys, long seed) throws Exception {
        CrashPlan plan = new CrashPlan(events, keys, 1, seed, false);
        Map<String, List<Answer>> answers = new TreeMap<>();
        try (Oracle oracle = new Oracle(plan.models(), plan.history())) {
            oracle.replay(plan);
            oracle.predictions.forEach((key, values) ->
                    answers.put(key, values.stream().map(Answer::read).toList()));
        }
        assertThat(answers).isEqualTo(new KeyByKey(plan).answers);
    }
}
