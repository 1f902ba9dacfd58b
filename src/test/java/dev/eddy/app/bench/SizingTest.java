package dev.eddy.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The example of {@code deploy/SIZING.md}. */
class SizingTest {
    private static final Sizing.Costs COSTS = new Sizing.Costs(80_000, 2, 20, 130, 250, 12, 592, 620, 900, 100e6);

    private final Sizing sizing = new Sizing(COSTS, new Sizing.Load(100_000, 1_000_000, 0.1, true, 3));

    @Test
    void shouldSizeTheProcessor() {
        assertThat(sizing.perSecondPerCore()).isCloseTo(50_000, within(1e-6));
        assertThat(sizing.cores()).isCloseTo(3, within(1e-9));
        assertThat(sizing.threads()).isEqualTo(4);
        assertThat(sizing.partitions()).isEqualTo(8);
        assertThat(sizing.instances(2)).isEqualTo(2);
        assertThat(sizing.instances(8)).isEqualTo(1);
    }

    @Test
    void shouldCountAKeyOnceACommit() {
        // 10,000 events on a million keys between commits: hardly any key twice.
        assertThat(sizing.writesPerEvent()).isCloseTo(0.995, within(1e-3));
        Sizing fewKeys = new Sizing(COSTS, new Sizing.Load(100_000, 1_000, 0.1, true, 3));
        assertThat(fewKeys.writesPerEvent()).isCloseTo(0.1, within(1e-4));
        Sizing uncached = new Sizing(COSTS, new Sizing.Load(100_000, 1_000, 0.1, false, 3));
        assertThat(uncached.writesPerEvent()).isEqualTo(1);
    }

    @Test
    void shouldSizeTheNetwork() {
        double changelog = 100_000 * sizing.writesPerEvent() * 620;
        assertThat(sizing.changelogPerSecond()).isCloseTo(changelog, within(1e-3));
        assertThat(sizing.brokerInPerSecond()).isCloseTo(3 * (38e6 + changelog), within(1e-3));
        assertThat(sizing.brokerOutPerSecond()).isCloseTo(38e6 + 2 * (38e6 + changelog), within(1e-3));
    }

    @Test
    void shouldSizeDiskMemoryAndRestore() {
        assertThat(sizing.diskBytes()).isCloseTo(1.8e9, within(1e-3));
        assertThat(sizing.cacheBytes()).isCloseTo(744e6, within(1e-3));
        assertThat(sizing.restoreBytes()).isCloseTo(620e6, within(1e-3));
        assertThat(sizing.restoreSeconds(2)).isCloseTo(3.1, within(1e-9));
    }
}
