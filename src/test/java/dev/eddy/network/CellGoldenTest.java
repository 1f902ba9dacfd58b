package dev.eddy.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eddy.testing.CellCases;
import dev.eddy.testing.Golden;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every cell against an independent reference, which its golden file names. */
class CellGoldenTest {
    private static final double TOLERANCE = 1e-5;

    static List<String> cases() throws IOException {
        return CellCases.names();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheOutputsOfTheReference(String name) throws IOException {
        JsonNode golden = CellCases.golden(name);
        double error = Golden.error(CellCases.model(name), golden);

        System.out.printf(
                "%-28s off by %.1e from %s%n",
                name, error, golden.get("reference").asText());
        assertThat(error).isLessThan(TOLERANCE);
    }
}
