package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code deploy}, {@code rollback} and {@code status} say of arguments that cannot be meant. */
class DeployCommandTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    deploy | name the model to deploy
                    deploy m | is not NAME@VERSION
                    deploy --share 0.5 m@1 | name one with --challenger
                    deploy --canary m@1 | name one with --challenger
                    deploy --warm-up 5 m@1 | name one with --challenger
                    deploy --promote-if mae<champion_over_5 --challenger m@2 | is no rule; write one like
                    deploy --challenger m@2 --promote-if speed<champion | is no rule; write one like
                    deploy --challenger m@2 --share 0 | --share must be above 0 and up to 1
                    deploy --challenger m@2 --share 1.5 | --share must be above 0 and up to 1
                    deploy --challenger m@2 --share NaN | --share must be above 0 and up to 1
                    deploy --challenger m@2 --warm-up -1 | --warm-up must be 0 to 1000000
                    deploy --challenger m@2 --no-challenger | exclude each other
                    deploy --transition carry --challenger m@2 | --transition is how sequences come to a new model
                    deploy m@1 --transition restore | is not reset, carry, warm or warm:N
                    deploy m@1 --transition warm:0 | is not reset, carry, warm or warm:N
                    deploy m@1 --transition warm:1000001 | is not reset, carry, warm or warm:N
                    deploy m@1 --transition warm:x | is not reset, carry, warm or warm:N
                    deploy m@1 --keep soon | is not a length of time
                    deploy m@1 --keep 99999999999999999999 | is too long
                    deploy m@1 --now --from 5 | --now and --from exclude each other
                    deploy m@1 --from soon | --from is 'soon'
                    rollback --now --from 5 | --now and --from exclude each other
                    rollback --to first | --to
                    rollback --model-name pump | --model-name needs eddy.model.selector in the settings
                    rollback -Deddy.model.selector=field:kind | name one with --model-name
                    deploy --no-challenger -Deddy.model.selector=field:kind | name one with --model-name
                    status --watch 0 | --watch must be 0.1 to 86400 seconds
                    """)
    void shouldRefuseWithOneSentence(String line, String message) {
        List<String> arguments = new ArrayList<>(List.of(line.split(" ", -1)));
        arguments.add(1, "-Dbootstrap.servers=localhost:1");
        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
        assertThat(run.err()).contains(message).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void shouldReadLengthsOfTime() {
        Millis millis = new Millis();
        assertThat(millis.convert("1500")).isEqualTo(1_500);
        assertThat(millis.convert("90s")).isEqualTo(90_000);
        assertThat(millis.convert("2h")).isEqualTo(7_200_000);
        assertThat(millis.convert("PT1M")).isEqualTo(60_000);
    }

    @Test
    void shouldTeachByExamples() {
        assertThat(CommandRun.of("deploy", "--help").out())
                .contains("eddy deploy --challenger pump@3 --share 0.1 --canary --promote-if", "carry", "warm:N");
        assertThat(CommandRun.of("rollback", "--help").out()).contains("eddy rollback --to 3");
        assertThat(CommandRun.of("status", "--help").out()).contains("statesKeptUntil", "eddy status --json | jq");
    }
}
