package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.network.LiveModel;
import dev.eddy.testing.TestModels;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveDeploymentsTest {
    private final LiveDeployment first = deployment(1, 0);
    private final LiveDeployment second = deployment(2, 100);
    private final LiveDeployment third = deployment(3, 50);

    @Test
    void shouldTakeTheNewestDeploymentInForceAtTheEventTime() {
        LiveDeployments deployments = new LiveDeployments(List.of(first, second));
        assertThat(deployments.at(99, 0)).isSameAs(first);
        assertThat(deployments.at(100, 0)).isSameAs(second);
        assertThat(deployments.at(-1, 0)).isNull();
    }

    @Test
    void shouldLetALaterDecisionOverruleAnEarlierOne() {
        LiveDeployments deployments = new LiveDeployments(List.of(first, second, third));
        assertThat(deployments.at(60, 0)).isSameAs(third);
        assertThat(deployments.at(200, 0)).isSameAs(third);
    }

    @Test
    void shouldNeverTakeASequenceBackToAnOlderDeployment() {
        LiveDeployments deployments = new LiveDeployments(List.of(first, second));
        assertThat(deployments.at(10, 2)).isSameAs(second);
    }

    @Test
    void shouldPassEveryDeploymentInForceOnTheWay() {
        LiveDeployments deployments = new LiveDeployments(List.of(first, second, third));
        assertThat(deployments.path(200, 0, third)).containsExactly(first, second, third);
        assertThat(deployments.path(60, 1, third)).containsExactly(third);
        assertThat(deployments.path(200, 2, third)).containsExactly(third);
        assertThat(deployments.path(200, 3, third)).isEmpty();
    }

    private static LiveDeployment deployment(int generation, long from) {
        LiveModel model = TestModels.live(TestModels.predictor("m", "" + generation, CellKind.RNN, 2, generation));
        return new LiveDeployment(new Deployment(generation, model.id(), from, 0), model, null);
    }
}
