package dev.eddy.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.config.EddyConfig;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DemoScreenTest {
    private static final long NOON = Instant.parse("2026-01-05T12:00:03Z").toEpochMilli();
    private static final ModelId ONE = new ModelId("pump-condition", "1", Fingerprint.of(new byte[] {1}));
    private static final ModelId TWO = new ModelId("pump-condition", "2", Fingerprint.of(new byte[] {2}));
    private static final TagLine RIGHT =
            new TagLine(NOON, "pump-007", 41, "cavitation", 0.934, "cavitation", "pump-condition@1");
    private static final TagLine WRONG =
            new TagLine(NOON, "pump-007", 41, "normal", 0.5, "bearing-wear", "pump-condition@1");

    @Test
    void shouldShowAPredictionInOnePlainLine() {
        assertThat(plain(screen -> screen.prediction(RIGHT)))
                .containsExactly("12:00:03  pump-007  step 41    cavitation   0.93  (truth cavitation)"
                        + "            pump-condition@1");
    }

    @Test
    void shouldSayWhereAPredictionIsWrong() {
        assertThat(plain(screen -> screen.prediction(WRONG)))
                .singleElement()
                .asString()
                .contains("normal       0.50  (truth bearing-wear, wrong)   ");
    }

    @Test
    void shouldKeepColumnsInPlaceWhateverTheLabels() {
        List<String> lines = plain(screen -> {
            screen.prediction(RIGHT);
            screen.prediction(WRONG);
        });

        assertThat(lines).extracting(line -> line.indexOf("pump-condition@1")).containsOnly(80);
    }

    @Test
    void shouldShowAForecastWithTheErrorOfTheEarlierOne() {
        var temperature = new ForecastLine.Value("temperature", 48.213, -0.4);
        var vibration = new ForecastLine.Value("vibration", 2.1, Double.NaN);

        assertThat(plain(screen -> screen.forecast(
                        new ForecastLine(NOON, "pump-007", 41, List.of(temperature, vibration), "pump-forecast@1"))))
                .containsExactly("12:00:03  pump-007  step 41    next temperature 48.21 (last off by -0.40), "
                        + "vibration 2.10  pump-forecast@1");
    }

    @Test
    void shouldShowTheFigures() {
        Map<String, Double> accuracy =
                new java.util.TreeMap<>(Map.of("pump-condition@1", 0.8049, "pump-condition@2", 0.94));

        assertThat(plain(screen -> screen.figures(new Figures(12_345, 512.4, 3.14, 9.9, "pump-condition@2", accuracy))))
                .containsExactly("-- 12,345 events  512/s  latency p50 3.1 ms p99 9.9 ms  active pump-condition@2"
                        + "  accuracy pump-condition@1 80.5 %, pump-condition@2 94.0 %");
    }

    @Test
    void shouldTellTheStoryOfTheSwap() {
        List<String> lines = plain(screen -> {
            screen.brokerStarted("localhost:9092");
            screen.fleetStarted(24, "eddy.events");
            screen.published(ONE, 13_788);
            screen.ready(ONE, "demo");
            screen.deployed(ONE, NOON);
            screen.swap(NOON, ONE, TWO);
            screen.firstPrediction(RIGHT);
            screen.swapped(ONE, 0.8, TWO, 0.941);
        });

        assertThat(lines)
                .contains(
                        ">> broker started on localhost:9092",
                        ">> model " + ONE + " published, 14 KiB",
                        ">> pump-condition@1 deployed, scores from event time 12:00:03",
                        ">> SWAP at event time 12:00:03: pump-condition@1 -> pump-condition@2; each pump moves at its"
                                + " first event from then on, nothing stops",
                        ">> accuracy 80.0 % by pump-condition@1 before the swap, 94.1 % by pump-condition@2 after")
                .hasSize(9);
    }

    @Test
    void shouldSayHowToGoOnWithSettingsThatAreValid() throws Exception {
        assertThat(String.join("\n", plain(DemoScreen::nextSteps)))
                .contains(NextSteps.PROPERTIES.lines().toList())
                .contains("eddy broker", "eddy run", "eddy import", "eddy publish", "eddy deploy", "eddy send")
                .contains("eddy tail");
        Properties properties = new Properties();
        properties.load(new StringReader(NextSteps.PROPERTIES));
        assertThat(new EddyConfig(properties).bootstrapServers()).isEqualTo("localhost:9092");
    }

    @Test
    void shouldColourOnATerminalOnly() {
        assertThat(String.join("", plain(screen -> screen.prediction(WRONG)))).doesNotContain("\u001b");
        assertThat(lines(Ink.ANSI, screen -> screen.prediction(WRONG)))
                .singleElement()
                .asString()
                .contains("\u001b[31mnormal       0.50\u001b[0m");
        assertThat(Ink.of(true, Map.of())).isEqualTo(Ink.ANSI);
        assertThat(Ink.of(false, Map.of())).isEqualTo(Ink.PLAIN);
    }

    @Test
    void shouldRespectNoColor() {
        assertThat(Ink.of(true, Map.of("NO_COLOR", "1"))).isEqualTo(Ink.PLAIN);
        assertThat(Ink.of(true, Map.of("NO_COLOR", ""))).isEqualTo(Ink.ANSI);
        assertThat(Ink.of(true, Map.of("TERM", "dumb"))).isEqualTo(Ink.PLAIN);
    }

    private static List<String> plain(Consumer<DemoScreen> scene) {
        return lines(Ink.PLAIN, scene);
    }

    private static List<String> lines(Ink ink, Consumer<DemoScreen> scene) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        scene.accept(new DemoScreen(new PrintStream(bytes, true, StandardCharsets.UTF_8), ink, ZoneOffset.UTC));
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
