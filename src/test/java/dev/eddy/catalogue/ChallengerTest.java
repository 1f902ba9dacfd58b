package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eddy.model.Fingerprint;
import dev.eddy.model.ModelId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChallengerTest {
    private static final int KEYS = 20_000;
    private static final ModelId MODEL = new ModelId("m", "2", Fingerprint.of(new byte[] {1}));

    @Test
    void shouldCoverItsShareOfKeysHoweverTheyAreMade() {
        for (double share : new double[] {0.01, 0.1, 0.5, 0.9}) {
            assertThat(covered(share, i -> ("sensor-" + i).getBytes(StandardCharsets.UTF_8)))
                    .isCloseTo(share, within(0.015));
            assertThat(covered(share, i -> ByteBuffer.allocate(4).putInt(i).array()))
                    .isCloseTo(share, within(0.015));
        }
        assertThat(covered(1, i -> new byte[] {(byte) i})).isEqualTo(1);
    }

    @Test
    void shouldKeepItsKeysWhenTheShareGrows() {
        for (int i = 0; i < KEYS; i++) {
            byte[] key = ("k" + i).getBytes(StandardCharsets.UTF_8);
            assertThat(!challenger(0.2).covers(key) || challenger(0.3).covers(key))
                    .isTrue();
        }
    }

    @Test
    void shouldRefuseAShareThatIsNone() {
        assertThatThrownBy(() -> challenger(0)).hasMessageContaining("above 0 and up to 1");
        assertThatThrownBy(() -> challenger(1.01)).hasMessageContaining("above 0 and up to 1");
        assertThatThrownBy(() -> challenger(Double.NaN)).hasMessageContaining("above 0 and up to 1");
        assertThatThrownBy(() -> new Challenger(MODEL, 1, true, -1, null)).hasMessageContaining("warm-up");
    }

    private static double covered(double share, IntFunction<byte[]> keys) {
        Challenger challenger = challenger(share);
        return (double) IntStream.range(0, KEYS)
                        .filter(i -> challenger.covers(keys.apply(i)))
                        .count()
                / KEYS;
    }

    private static Challenger challenger(double share) {
        return new Challenger(MODEL, share, false, 0, null);
    }
}
