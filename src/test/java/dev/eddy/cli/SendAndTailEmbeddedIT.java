package dev.eddy.cli;

import dev.eddy.testing.EmbeddedKafka;
import dev.eddy.testing.TestKafka;
import org.junit.jupiter.api.extension.RegisterExtension;

class SendAndTailEmbeddedIT extends SendAndTailContract {
    @RegisterExtension
    static final EmbeddedKafka KAFKA = new EmbeddedKafka();

    @Override
    TestKafka kafka() {
        return KAFKA;
    }
}
