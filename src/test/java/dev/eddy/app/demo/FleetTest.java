package dev.eddy.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.model.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final long START = 1_767_571_200_000L;

    @Test
    void shouldGiveTheSameEventsOnEveryMachineAndJavaRelease() {
        String lines =
                events(new Fleet(16, 42), 200).stream().map(FleetEvent::line).collect(Collectors.joining("\n"));

        assertThat(Fingerprint.of(lines.getBytes(StandardCharsets.UTF_8)).toString())
                .as("changing the fleet means training the models again")
                .isEqualTo("55f6e0db1a9aee92b41155af6bfcc9ad8c937004dde2f349b91a1f9a8746de60");
    }

    @Test
    void shouldGiveOtherEventsForAnotherSeed() {
        assertThat(events(new Fleet(4, 1), 10)).isNotEqualTo(events(new Fleet(4, 2), 10));
    }

    @Test
    void shouldLetEveryMachineReportOncePerRound() {
        Fleet fleet = new Fleet(7, 3);
        for (int round = 0; round < 20; round++) {
            assertThat(fleet.tick(START + round))
                    .extracting(FleetEvent::machine)
                    .containsExactlyInAnyOrder(
                            "pump-001", "pump-002", "pump-003", "pump-004", "pump-005", "pump-006", "pump-007");
        }
    }

    @Test
    void shouldSpendAboutHalfOfTheTimeInFaultsOfEveryKind() {
        Map<Condition, Integer> counts = new EnumMap<>(Condition.class);
        List<FleetEvent> events = events(new Fleet(128, 5), 400);
        events.forEach(event -> counts.merge(event.truth(), 1, Integer::sum));

        assertThat(counts).containsOnlyKeys(Condition.values());
        assertThat(counts.get(Condition.NORMAL)).isBetween(events.size() * 2 / 5, events.size() * 3 / 5);
        counts.forEach(
                (condition, count) -> assertThat(count).as(condition.label()).isGreaterThan(events.size() / 15));
    }

    @Test
    void shouldKeepAFaultForTensOfEventsAndThenRepairIt() {
        List<Run> runs = completeRuns(events(new Fleet(1, 6), 20_000));

        for (int i = 1; i < runs.size(); i++) {
            assertThat(runs.get(i).truth() == Condition.NORMAL)
                    .as("normal and faulty times take turns")
                    .isNotEqualTo(runs.get(i - 1).truth() == Condition.NORMAL);
        }
        assertThat(runs).hasSizeGreaterThan(100).extracting(Run::events).allMatch(events -> events >= 25);
        assertThat(runs).extracting(Run::events).allMatch(events -> events <= 170);
    }

    @Test
    void shouldRefuseAFleetOfNoMachines() {
        assertThatThrownBy(() -> new Fleet(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a fleet of 0 machines; use at least 1");
    }

    /** How long a machine's condition stayed the same. */
    private record Run(Condition truth, int events) {}

    /** The runs of a machine's conditions, without the first and the last, which are cut off. */
    private static List<Run> completeRuns(List<FleetEvent> events) {
        List<Run> runs = new ArrayList<>();
        int start = 0;
        for (int i = 1; i < events.size(); i++) {
            if (events.get(i).truth() != events.get(i - 1).truth()) {
                runs.add(new Run(events.get(i - 1).truth(), i - start));
                start = i;
            }
        }
        return runs.subList(1, runs.size());
    }

    private static List<FleetEvent> events(Fleet fleet, int rounds) {
        List<FleetEvent> events = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            events.addAll(fleet.tick(START + round * 60_000L));
        }
        return events;
    }
}
