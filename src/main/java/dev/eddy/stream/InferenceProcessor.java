package dev.eddy.stream;

import dev.eddy.catalogue.LiveDeployments;
import dev.eddy.wire.EventDecoder;
import dev.eddy.wire.PredictionEncoder;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * One step of a network for every record. Gives one outcome for each record, with its key, timestamp and headers; none where
 * there is nothing to say yet, or a tombstone ended a sequence.
 */
final class InferenceProcessor implements Processor<byte[], byte[], byte[], Outcome> {
    private final Supplier<EventDecoder> decoder;
    private final Supplier<PredictionEncoder> encoder;
    private final ModelSource models;
    private final InferenceMonitor monitor;

    private ProcessorContext<byte[], Outcome> context;
    private Inference inference;

    /** Where a processor finds its models. */
    interface ModelSource {
        /** Called when a task starts, before its first record; everything deployed must be loaded when it returns. */
        void init(ProcessorContext<?, ?> context);

        /** What can score now. */
        LiveDeployments live();
    }

    InferenceProcessor(
            Supplier<EventDecoder> decoder,
            Supplier<PredictionEncoder> encoder,
            ModelSource models,
            InferenceMonitor monitor) {
        this.decoder = decoder;
        this.encoder = encoder;
        this.models = models;
        this.monitor = monitor;
    }

    @Override
    public void init(ProcessorContext<byte[], Outcome> processorContext) {
        context = processorContext;
        models.init(processorContext);
        KeyValueStore<Bytes, byte[]> store = processorContext.getStateStore(Eddy.STATE_STORE);
        inference = new Inference(decoder.get(), encoder.get(), models::live, new StoreAccess(store), monitor);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Optional<RecordMetadata> origin = context.recordMetadata();
        String topic = origin.map(RecordMetadata::topic).orElse("");
        Outcome outcome = inference.infer(topic, record.headers(), record.key(), record.timestamp(), record.value());
        if (outcome instanceof Outcome.Rejected rejected) {
            DeadLetterHeaders.write(record.headers(), rejected, origin);
            outcome = new Outcome.Rejected(
                    rejected.reason(),
                    rejected.message(),
                    DeadLetterHeaders.fitting(record.headers(), record.key(), rejected.original()));
        }
        if (outcome != Outcome.ABSORBED) {
            context.forward(record.withValue(outcome));
        }
    }

    @Override
    public void close() {
        if (inference != null) {
            inference.close();
        }
    }
}
