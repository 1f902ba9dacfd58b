package dev.eddy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a spec may say of answers that wait. */
class WaitingSpecTest {
    private static final String SPEC =
            "{\"name\":\"m\",\"version\":\"1\",\"features\":[{\"kind\":\"number\",\"field\":\"x\"}],\"layers\":[],%s}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"lookAhead\":2,\"maxLength\":3                                       | keep one of the two",
                "\"lookAhead\":0                                                       | lookAhead is 0; use 1 to 1000",
                "\"lookAhead\":1001                                                    | use 1 to 1000",
                "\"maxLength\":0                                                       | maxLength is 0; use 1 to 100000",
                "\"maxLength\":100001                                                  | use 1 to 100000",
                "\"lookAhead\":2,\"emit\":\"end\"                                        | answers at the end",
                "\"lookAhead\":2,\"task\":{\"kind\":\"language\"}                        | would have seen",
                "\"maxLength\":2,\"task\":{\"kind\":\"language\"}                        | would have seen",
                "\"maxLength\":2,\"task\":{\"kind\":\"predict\",\"fields\":[\"x\"]}        | would have seen",
            })
    void shouldRefuse(String property, String message) {
        assertThatThrownBy(() -> SpecJson.read(SPEC.formatted(property)))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldKeepWhatItSays() {
        ModelSpec spec = SpecJson.read(SPEC.formatted("\"lookAhead\":1000"));
        assertThat(spec.waits()).isTrue();
        ModelSpec copy = SpecJson.read(SpecJson.write(spec.named("n", "2").withProbes(List.of())));
        assertThat(copy.lookAhead()).isEqualTo(1000);
        assertThat(copy.maxLength()).isNull();
        assertThat(SpecJson.read(SPEC.formatted("\"emit\":\"end\",\"maxLength\":100000"))
                        .maxLength())
                .isEqualTo(100_000);
        assertThat(SpecJson.read(SPEC.formatted("\"emit\":\"end\"")).waits()).isFalse();
    }
}
